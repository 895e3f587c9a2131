#include "nanobrain/base/descriptor.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

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
    case EBADF:
      return "it is closed: name a file, or /dev/null";
    case EPIPE:
      return "what reads it has ended";
    default:
      return "check the path and the disk";
  }
}

} // namespace

Descriptor::Descriptor(const fs::path& path, int flags)
    : fd_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

AppendFile::AppendFile(fs::path path)
    : path_(std::move(path)), fd_(path_, O_WRONLY | O_CREAT | O_APPEND) {
  if (!fd_.is_open()) fail_errno(path_, "opened");
}

void AppendFile::append(std::string_view record) {
  write_all(fd_.get(), record.data(), record.size(), path_);
}

void AppendFile::sync() {
  if (fsync(fd_.get()) != 0) fail_errno(path_, "synced to disk");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  errno = error.value();
  if (error) fail_errno(folder, "made");
}

Descriptor lock_folder(const fs::path& folder) {
  make_folder(folder);
  // NFS keeps locks on a folder to the machine, those on a file on the server.
  Descriptor fd(folder / ".lock", O_RDWR | O_CREAT);
  require(
      !fd.is_open() || flock(fd.get(), LOCK_EX | LOCK_NB) == 0 ||
          errno != EWOULDBLOCK,
      folder.string(),
      "is in use by another process; wait for it or stop it");
  return fd;
}

void fail_errno(const fs::path& path, std::string_view action) {
  const int error = errno;
  fail(
      path.string(),
      "cannot be {}: {}; {}",
      action,
      std::strerror(error),
      advice(error));
}

std::string read_all(int fd, const fs::path& path, size_t size_hint) {
  // One byte more, so that a file as long as it says is read in one go.
  std::string text(size_hint + 1, '\0');
  size_t done = 0;
  while (true) {
    const ssize_t got = read(fd, text.data() + done, text.size() - done);
    if (got < 0) {
      if (errno == EINTR) continue;
      fail_errno(path, "read");
    }
    if (got == 0) break;
    done += static_cast<size_t>(got);
    if (done == text.size()) text.resize(2 * text.size());
  }
  text.resize(done);
  return text;
}

void write_all(int fd, const void* data, size_t size, const fs::path& path) {
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

void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // Opened the wrong way round, so that using it is still EBADF; open(2)
    // takes the lowest number that is free, which is fd.
    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

} // namespace nanobrain
