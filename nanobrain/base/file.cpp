#include "nanobrain/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <random>
#include <utility>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr std::string_view kTemporaryMark = ".tmp-";

void sync_path(const fs::path& path, const fs::path& final_path) {
  const Descriptor fd(path, O_RDONLY);
  // Some file systems cannot sync a folder and say so with EINVAL.
  if (!fd.is_open() || (fsync(fd.get()) != 0 && errno != EINVAL)) {
    fail_errno(final_path, "synced to disk");
  }
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A new name beside `path`: ".NAME.tmp-PID-XXXXXXXX".
fs::path temporary_name(const fs::path& path) {
  static thread_local std::random_device random;
  // Leaves room for the marks within the usual limit of 255 bytes.
  const std::string name = path.filename().string().substr(0, 200);
  return parent_of(path) /
         fmt::format(
             ".{}{}{}-{:08x}", name, kTemporaryMark, getpid(), random());
}

void put_in_place(fs::path& temporary, const fs::path& path) {
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    fail_errno(path, "put in place");
  }
  temporary.clear();
  sync_path(parent_of(path), path);
}

/// Syncs a folder, what is in it first.
void sync_tree(const fs::path& folder, const fs::path& final_path) {
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() || entry.is_directory()) {
        sync_path(entry.path(), final_path);
      }
    }
  } catch (const fs::filesystem_error& error) {
    errno = error.code().value();
    fail_errno(final_path, "listed");
  }
  sync_path(folder, final_path);
}

/// Without "." and a final slash, so that the last part is the folder's name.
fs::path folder_path(const fs::path& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

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

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path_, ignored);
  require(
      path_.has_filename(),
      path_.string(),
      "names a folder; a file name is needed");
  // Renaming over /dev/null would replace it.
  require(
      !fs::exists(status) || fs::is_regular_file(status),
      path_.string(),
      "exists and is not a regular file; name another file");
  make_folder(parent_of(path_));
  do {
    temporary_ = temporary_name(path_);
    fd_ =
        open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd_ < 0 && errno == EEXIST);
  if (fd_ < 0) fail_errno(path_, "created");
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  size_ += size;
  if (buffer_.size() + size >= kBufferBytes) {
    flush();
    write_all(fd_, bytes, size, path_);
  } else {
    buffer_.append(bytes, size);
  }
}

void AtomicFile::flush() {
  write_all(fd_, buffer_.data(), buffer_.size(), path_);
  buffer_.clear();
}

void AtomicFile::write_at(uint64_t offset, const void* data, size_t size) {
  require(
      offset + size <= size_,
      path_.string(),
      "bytes {} to {} are past the {} written so far",
      offset,
      offset + size,
      size_);
  flush();
  const auto seek = [&](uint64_t to) {
    if (lseek(fd_, static_cast<off_t>(to), SEEK_SET) < 0) {
      fail_errno(path_, "written");
    }
  };
  seek(offset);
  write_all(fd_, data, size, path_);
  seek(size_);
}

void AtomicFile::sync() {
  flush();
  if (fsync(fd_) != 0) fail_errno(path_, "synced to disk");
}

void AtomicFile::commit() {
  sync();
  if (close(std::exchange(fd_, -1)) != 0) fail_errno(path_, "closed");
  put_in_place(temporary_, path_);
}

void write_file(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

AtomicDirectory::AtomicDirectory(const fs::path& path)
    : path_(folder_path(path)) {
  require_new_directory(path_, "output");
  make_folder(parent_of(path_));
  do {
    temporary_ = temporary_name(path_);
    if (mkdir(temporary_.c_str(), 0777) == 0) return;
  } while (errno == EEXIST);
  temporary_.clear();
  fail_errno(path_, "made");
}

AtomicDirectory::~AtomicDirectory() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

void AtomicDirectory::commit() {
  sync_tree(temporary_, path_);
  put_in_place(temporary_, path_);
}

bool is_temporary_name(const fs::path& path) {
  const std::string name = path.filename().string();
  const size_t mark = name.rfind(kTemporaryMark);
  return name.starts_with('.') && mark != std::string::npos &&
         name.find_first_not_of(
             "0123456789abcdef-", mark + kTemporaryMark.size()) ==
             std::string::npos;
}

void require_new_directory(const fs::path& path, std::string_view where) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(path, ignored);
  const bool is_new = !fs::exists(status) ||
                      (fs::is_directory(status) && fs::is_empty(path, ignored));
  require(
      is_new,
      where,
      "{} exists already; name another folder or remove it",
      path.string());
}

void require_new_file(const fs::path& path, std::string_view where) {
  std::error_code ignored;
  require(
      !fs::exists(path, ignored),
      where,
      "{} exists already; name another file or pass --force to replace it",
      path.string());
}

void ignore_file_signals() {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

} // namespace nanobrain
