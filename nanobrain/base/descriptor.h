// File descriptors that close themselves, and the kernel's refusals as Errors.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "nanobrain/base/filesystem.h"

namespace nanobrain {

class Descriptor {
 public:
  /// open(2) with O_CLOEXEC; check with is_open(), errno tells why it is not.
  Descriptor(const fs::path& path, int flags);
  /// Closes one that is open already.
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor();

  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// A log file that grows record by record, made where there is none. A record
/// is with the kernel when append() returns: a kill loses none, a crash of the
/// machine none that sync() has seen. Every failure (a full disk) is an Error;
/// then the file may end in part of a record.
class AppendFile {
 public:
  explicit AppendFile(fs::path path);
  void append(std::string_view record);
  void sync();

 private:
  fs::path path_;
  Descriptor fd_;
};

/// Makes a folder and those on the way to it where they are missing.
void make_folder(const fs::path& folder);
/// The same, and no other process locks it until the result closes: the file
/// .lock in it is locked, and stays. Error if one has; where the file system
/// has no locks or the folder cannot be written, as if nobody had.
Descriptor lock_folder(const fs::path& folder);

/// Throws "[path] cannot be `action`: what errno says; what to do".
[[noreturn]] void fail_errno(const fs::path& path, std::string_view action);

/// Reads to the end; `size_hint` is the length where it is known. An Error that
/// names `path` where the kernel refuses.
std::string read_all(int fd, const fs::path& path, size_t size_hint = 0);

/// Writes it all; an Error that names `path` where the kernel takes less.
void write_all(int fd, const void* data, size_t size, const fs::path& path);

/// Call at the start of a program: takes those of the descriptors 0 to 2 that
/// the caller closed, so that no file opened later gets the number of stdout or
/// stderr and their text. Reading or writing them fails as it did.
void occupy_standard_descriptors();

} // namespace nanobrain
