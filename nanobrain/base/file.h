// Reading whole files and mapping them; writing files and folders so that a
// crash, a kill or a full disk never leaves something that looks whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "nanobrain/base/filesystem.h"

namespace nanobrain {

/// The whole file. Error if it is missing, a folder or unreadable.
std::string read_file(const fs::path& path);

/// A read-only memory map of a whole file; empty files map to an empty span.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const fs::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// Makes the folders on the way and writes beside the final name; commit()
/// syncs and renames. Without it the destructor removes what was written. Every
/// failure (a full disk first of all) is an Error that names the final path.
class AtomicFile {
 public:
  explicit AtomicFile(fs::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(const void* data, size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Overwrites `size` bytes at `offset` (a header known only at the end).
  void write_at(uint64_t offset, const void* data, size_t size);
  uint64_t size() const { return size_; }
  /// For files that belong together: each sync(), then each commit().
  void sync();
  void commit();

 private:
  fs::path path_;
  fs::path temporary_;
  int fd_ = -1;
  uint64_t size_ = 0;
  std::string buffer_; // small writes are gathered
  void flush();
};

/// Writes a whole file atomically.
void write_file(const fs::path& path, std::string_view text);

/// The same for a folder, whose final name must be absent or an empty folder.
class AtomicDirectory {
 public:
  explicit AtomicDirectory(const fs::path& path);
  AtomicDirectory(const AtomicDirectory&) = delete;
  AtomicDirectory& operator=(const AtomicDirectory&) = delete;
  ~AtomicDirectory();

  /// Where to write; gone after commit().
  const fs::path& path() const { return temporary_; }
  void commit();

 private:
  fs::path path_;
  fs::path temporary_;
};

/// True for the temporary names that AtomicFile and AtomicDirectory use.
bool is_temporary_name(const fs::path& path);

/// Error unless `path` is absent or an empty folder.
void require_new_directory(const fs::path& path, std::string_view where);

/// Error that names --force unless `path` is absent.
void require_new_file(const fs::path& path, std::string_view where);

/// Call at the start of a program: writes past RLIMIT_FSIZE (SIGXFSZ) or to a
/// closed pipe (SIGPIPE) are then Errors and do not kill the process.
void ignore_file_signals();

} // namespace nanobrain
