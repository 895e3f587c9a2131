#include "nanobrain/data/documents.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "nanobrain/base/error.h"

namespace nanobrain {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 18;

/// All members of a gzip file, one after the other (RFC 1952, section 2.2),
/// through zlib. libarchive reads them too, but checks neither the CRC-32 nor
/// the length, and takes a second member that is cut off inside its header for
/// the end of the file.
class GzipFile : public ByteSource {
 public:
  explicit GzipFile(const fs::path& path)
      : path_(path), file_(path), buffer_(kBlockBytes) {
    require(
        inflateInit2(&stream_, kGzipWindowBits) == Z_OK,
        "input",
        "zlib cannot start to read {}",
        path.string());
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() override { inflateEnd(&stream_); }

  std::string_view next_block() override {
    for (;;) {
      if (stream_.avail_in == 0) {
        const std::string_view block = file_.next_block();
        stream_.next_in =
            reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
        stream_.avail_in = static_cast<uInt>(block.size());
        if (block.empty()) {
          require(
              !inside_member_,
              "input",
              "{} is truncated: its gzip data ends too early; get it again",
              path_.string());
          return {};
        }
      }
      if (!inside_member_) {
        inflateReset(&stream_);
        inside_member_ = true;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      require(
          result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR,
          "input",
          "{} is damaged or not gzip: {}; get it again",
          path_.string(),
          stream_.msg != nullptr ? stream_.msg : "unknown fault");
      inside_member_ = result != Z_STREAM_END;
      const size_t count = buffer_.size() - stream_.avail_out;
      if (count > 0) return {buffer_.data(), count};
    }
  }

  int64_t position() const override { return file_.position(); }

 private:
  static constexpr int kGzipWindowBits = 16 + MAX_WBITS; // 16 asks for gzip

  fs::path path_;
  PlainFile file_;
  z_stream stream_ = {};
  bool inside_member_ = true; // a file without any member is truncated
  std::vector<char> buffer_;
};

/// xz and Zstandard files through libarchive's filters, all streams or frames
/// of the file one after the other.
class ArchiveFile : public ByteSource {
 public:
  ArchiveFile(const fs::path& path, int filter)
      : path_(path), archive_(archive_read_new(), archive_read_free) {
    if (access(path.c_str(), R_OK) != 0) fail_errno(path, "opened");
    archive_entry* entry = nullptr;
    // Appended: "supported" would hand out a file that is not compressed.
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

std::unique_ptr<DocumentReader> open_documents(
    const std::vector<fs::path>& inputs, const DocumentOptions& options) {
  return read_documents(inputs, options, [options](const InputFile& file) {
    return file.format == DocumentFormat::kParquet
               ? open_parquet(file.path, options.text_column)
               : open_plain_format(open_bytes(file.path), file, options);
  });
}

} // namespace nanobrain
