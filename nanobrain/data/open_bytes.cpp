#include "nanobrain/data/open_bytes.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/data/gzip_file.h"
#include "nanobrain/documents/plain_file.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;

/// xz and Zstandard files through libarchive's filters, all streams or frames
/// of the file one after the other.
class ArchiveFile : public ByteSource {
 public:
  ArchiveFile(const fs::path& path, int filter)
      : path_(path), archive_(archive_read_new(), archive_read_free) {
    require(
        access(path.c_str(), R_OK) == 0,
        "input",
        "cannot open {}: {}; check the path and its permissions",
        path.string(),
        std::strerror(errno));
    archive_entry* entry = nullptr;
    // Appended, not only supported: libarchive would hand out a file that is
    // not compressed as it is.
    check(archive_read_append_filter(archive_.get(), filter));
    check(archive_read_support_format_raw(archive_.get()));
    check(
        archive_read_open_filename(archive_.get(), path.c_str(), kBlockBytes));
    check(archive_read_next_header(archive_.get(), &entry));
  }

  std::string_view next_block() override {
    const void* data = nullptr;
    size_t size = 0;
    int64_t offset = 0;
    do {
      const int result =
          archive_read_data_block(archive_.get(), &data, &size, &offset);
      if (result == ARCHIVE_EOF) return {};
      check(result);
    } while (size == 0);
    return {static_cast<const char*>(data), size};
  }

  int64_t position() const override {
    return archive_filter_bytes(archive_.get(), -1);
  }

 private:
  static constexpr size_t kBlockBytes = size_t{1} << 18;

  void check(int result) {
    if (result == ARCHIVE_OK) return;
    // Of files that end within a header it knows no more than this.
    const char* reason = archive_error_string(archive_.get());
    const bool known = reason != nullptr && std::string_view(reason) !=
                                                "Unrecognized archive format";
    fail(
        "input",
        "{} is truncated, damaged, empty or not {}{}; get it again",
        path_.string(),
        path_.extension().string(),
        known ? fmt::format(": {}", reason) : "");
  }

  fs::path path_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
};

} // namespace

std::unique_ptr<ByteSource> open_bytes(const fs::path& path) {
  const fs::path extension = path.extension();
  if (extension == ".gz") return std::make_unique<GzipFile>(path);
  if (extension == ".xz") {
    return std::make_unique<ArchiveFile>(path, ARCHIVE_FILTER_XZ);
  }
  if (extension == ".zst") {
    return std::make_unique<ArchiveFile>(path, ARCHIVE_FILTER_ZSTD);
  }
  return std::make_unique<PlainFile>(path);
}

} // namespace nanobrain
