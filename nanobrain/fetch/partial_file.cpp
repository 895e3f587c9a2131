#include "nanobrain/fetch/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"

namespace nanobrain {

namespace {

namespace fs = std::filesystem;

fs::path with_suffix(fs::path path, const char* suffix) {
  path += suffix;
  return path;
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    errno = error.value();
    fail_errno(folder, "made");
  }
}

} // namespace

PartialFile::PartialFile(const fs::path& final_path)
    : final_path_(final_path),
      path_(with_suffix(final_path, ".part")),
      note_(with_suffix(path_, ".json")) {
  make_folder(parent_of(path_));
  // Who held the lock may have renamed or removed the file in the meantime.
  while (!lock()) {
  }
  size_ = lseek(fd_->get(), 0, SEEK_END);
  if (size_ < 0) fail_errno(path_, "read");
  read_origin();
}

PartialFile::~PartialFile() {
  if (committed_ || size_ > 0) return;
  unlink(note_.c_str());
  unlink(path_.c_str());
}

/// False where the file that got locked is no longer the one of that name.
bool PartialFile::lock() {
  fd_ = std::make_unique<Descriptor>(path_, O_RDWR | O_CREAT);
  if (!fd_->is_open()) fail_errno(path_, "created");
  // File systems without locks say so with another error: go on without.
  require(
      flock(fd_->get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK,
      final_path_.string(),
      "is being fetched by another process; wait for it or stop it");
  struct stat held {};
  struct stat named {};
  return fstat(fd_->get(), &held) == 0 && stat(path_.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/// A note that cannot be read tells nothing.
void PartialFile::read_origin() {
  try {
    read_fields(read_json(note_), note_.string() + ":", origin_);
  } catch (const Error&) {
    origin_ = {};
  }
}

void PartialFile::restart(const PartialOrigin& origin) {
  if (ftruncate(fd_->get(), 0) != 0 || lseek(fd_->get(), 0, SEEK_SET) != 0) {
    fail_errno(path_, "emptied");
  }
  size_ = 0;
  origin_ = origin;
  write_json(note_, write_fields(origin));
}

void PartialFile::append(std::string_view bytes) {
  write_all(fd_->get(), bytes.data(), bytes.size(), path_);
  size_ += static_cast<int64_t>(bytes.size());
}

std::string PartialFile::sha256() const {
  return sha256_of_file(path_);
}

void PartialFile::commit() {
  if (fsync(fd_->get()) != 0) fail_errno(path_, "synced to disk");
  unlink(note_.c_str());
  if (rename(path_.c_str(), final_path_.c_str()) != 0) {
    fail_errno(final_path_, "put in place");
  }
  committed_ = true;
  const Descriptor folder(parent_of(final_path_), O_RDONLY);
  // Some file systems cannot sync a folder and say so with EINVAL.
  if (!folder.is_open() || (fsync(folder.get()) != 0 && errno != EINVAL)) {
    fail_errno(final_path_, "synced to disk");
  }
}

} // namespace nanobrain
