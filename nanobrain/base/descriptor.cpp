#include "nanobrain/base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "free some space or name another disk, and run again";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the permissions or name another place";
    case ENOENT:
    case ENOTDIR:
      return "check the path";
    case EISDIR:
      return "name a file";
    default:
      return "check the path and the disk";
  }
}

} // namespace

Descriptor::Descriptor(const std::filesystem::path& path, int flags)
    : fd_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

void fail_errno(const std::filesystem::path& path, std::string_view action) {
  const int error = errno;
  fail(
      path.string(),
      "cannot be {}: {}; {}",
      action,
      std::strerror(error),
      advice(error));
}

void write_all(
    int fd, const void* data, size_t size, const std::filesystem::path& path) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = write(fd, bytes, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail_errno(path, "written");
    }
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

} // namespace nanobrain
