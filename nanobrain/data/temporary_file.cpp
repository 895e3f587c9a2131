#include "nanobrain/data/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "nanobrain/base/error.h"

namespace nanobrain {
namespace {

void check(bool ok, const std::filesystem::path& folder) {
  require(
      ok,
      "temporary file",
      "cannot use {}: {}; free some space there or set TMPDIR",
      folder.string(),
      std::strerror(errno));
}

} // namespace

TemporaryFile::TemporaryFile(std::filesystem::path folder)
    : folder_(std::move(folder)) {
  std::string name = (folder_ / "nanobrain-XXXXXX").string();
  fd_ = mkostemp(name.data(), O_CLOEXEC);
  check(fd_ >= 0, folder_);
  unlink(name.c_str());
}

TemporaryFile::~TemporaryFile() {
  close(fd_);
}

void TemporaryFile::append(const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = pwrite(fd_, bytes, size, static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    check(count >= 0, folder_);
    bytes += count;
    size -= static_cast<size_t>(count);
    size_ += static_cast<uint64_t>(count);
  }
}

void TemporaryFile::read_at(uint64_t offset, void* data, size_t size) const {
  char* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t count = pread(fd_, bytes, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO; // it was written by this process
    check(count > 0, folder_);
    bytes += count;
    size -= static_cast<size_t>(count);
    offset += static_cast<uint64_t>(count);
  }
}

int TemporaryFile::duplicate() const {
  const int fd = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  check(fd >= 0, folder_);
  return fd;
}

} // namespace nanobrain
