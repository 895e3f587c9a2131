#include "nanobrain/documents/plain_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "nanobrain/base/error.h"

namespace nanobrain {

constexpr size_t kBlockBytes = size_t{1} << 18;

PlainFile::PlainFile(const std::filesystem::path& path)
    : path_(path),
      fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      buffer_(kBlockBytes) {
  require(
      fd_ >= 0,
      "input",
      "cannot open {}: {}; check the path and its permissions",
      path.string(),
      std::strerror(errno));
}

PlainFile::~PlainFile() {
  close(fd_);
}

std::string_view PlainFile::next_block() {
  ssize_t count = 0;
  do {
    count = read(fd_, buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  require(
      count >= 0,
      "input",
      "cannot read {}: {}; check the file and the disk",
      path_.string(),
      std::strerror(errno));
  position_ += count;
  return {buffer_.data(), static_cast<size_t>(count)};
}

} // namespace nanobrain
