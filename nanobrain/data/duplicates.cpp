#include "nanobrain/data/duplicates.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "nanobrain/base/checksum.h"

namespace nanobrain {

DuplicateFinder::DuplicateFinder(std::filesystem::path folder, size_t buffered)
    : folder_(std::move(folder)), buffered_(buffered) {}

void DuplicateFinder::add(std::string_view document) {
  const uint64_t high = hash64(document, 1);
  Partition& partition = partitions_[high >> 56];
  partition.records.push_back({high, hash64(document, 2), size_++});
  if (partition.records.size() < buffered_) return;
  if (!file_) file_ = std::make_unique<TemporaryFile>(folder_);
  partition.blocks.push_back(file_->size());
  file_->append(partition.records.data(), buffered_ * sizeof(Record));
  partition.records.clear();
}

std::vector<DuplicateFinder::Record> DuplicateFinder::take(
    Partition& partition) {
  std::vector<Record> records = std::move(partition.records);
  size_t filled = records.size();
  records.resize(filled + partition.blocks.size() * buffered_);
  for (const uint64_t offset : partition.blocks) {
    file_->read_at(offset, &records[filled], buffered_ * sizeof(Record));
    filled += buffered_;
  }
  return records;
}

std::vector<bool> DuplicateFinder::find() {
  std::vector<bool> is_copy(size_);
  for (Partition& partition : partitions_) {
    std::vector<Record> records = take(partition);
    std::ranges::sort(records, {}, [](const Record& r) {
      return std::tuple(r.high, r.low, r.index);
    });
    for (size_t i = 1; i < records.size(); ++i) {
      is_copy[records[i].index] = records[i].high == records[i - 1].high &&
                                  records[i].low == records[i - 1].low;
    }
  }
  return is_copy;
}

} // namespace nanobrain
