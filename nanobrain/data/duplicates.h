// Finds documents that are byte for byte the same, among any number of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "nanobrain/data/temporary_file.h"

namespace nanobrain {

/// Documents are compared by 128 bits of hash (XXH3 under two seeds): among
/// 10^9 documents the odds of one false match are 10^-21. Takes 24 bytes a
/// document, on disk beyond the first million, and one bit a document in
/// memory.
class DuplicateFinder {
 public:
  /// `folder` is where a temporary file goes; `buffered` documents of each of
  /// the 256 partitions are held in memory.
  explicit DuplicateFinder(
      std::filesystem::path folder, size_t buffered = 4096);

  /// The i-th call adds document i.
  void add(std::string_view document);
  /// Of each document: whether it is a copy of an earlier one. Ends the use.
  std::vector<bool> find();

 private:
  struct Record {
    uint64_t high;
    uint64_t low;
    uint64_t index;
  };
  /// Documents whose hashes begin with the same byte.
  struct Partition {
    std::vector<uint64_t> blocks; // offsets in the file, of `buffered` records
    std::vector<Record> records;  // not written yet
  };
  std::vector<Record> take(Partition& partition);

  std::filesystem::path folder_;
  size_t buffered_;
  std::array<Partition, 256> partitions_;
  std::unique_ptr<TemporaryFile> file_; // made when it is first needed
  uint64_t size_ = 0;
};

} // namespace nanobrain
