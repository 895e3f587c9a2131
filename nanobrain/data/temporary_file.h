// Scratch space on disk that nothing can leave behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace nanobrain {

/// A file without a name: it is gone with its last descriptor, however the
/// process ends. A full disk is an Error that names the folder.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path folder);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  void append(const void* data, size_t size);
  /// Reads exactly `size` bytes at `offset`.
  void read_at(uint64_t offset, void* data, size_t size) const;
  uint64_t size() const { return size_; }
  /// Another descriptor of the file, which the caller owns.
  int duplicate() const;

 private:
  std::filesystem::path folder_;
  int fd_;
  uint64_t size_ = 0;
};

} // namespace nanobrain
