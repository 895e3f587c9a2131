#include "nanobrain/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

/// Opens an existing file for reading; `size` becomes its length.
void check_readable(const Descriptor& fd, const fs::path& path, size_t& size) {
  struct stat info {};
  if (!fd.is_open() || fstat(fd.get(), &info) != 0) fail_errno(path, "opened");
  require(
      !S_ISDIR(info.st_mode),
      path.string(),
      "is a folder; a file is needed here");
  size = static_cast<size_t>(info.st_size);
}

} // namespace

std::string read_file(const fs::path& path) {
  const Descriptor fd(path, O_RDONLY);
  size_t size = 0;
  check_readable(fd, path, size);
  // Pipes and files of /proc have no length: it is a hint, the end decides.
  return read_all(fd.get(), path, size);
}

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor fd(path, O_RDONLY);
  check_readable(fd, path, size_);
  if (size_ == 0) return;
  void* address = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) fail_errno(path, "mapped into memory");
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<std::byte*>(data_), size_);
}

void ignore_file_signals() {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

} // namespace nanobrain
