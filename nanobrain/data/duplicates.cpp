#include "nanobrain/data/duplicates.h"

#include <algorithm>
#include <limits>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"

namespace nanobrain {

void DuplicateFinder::add(std::string_view document) {
  require(
      records_.size() < std::numeric_limits<uint32_t>::max(),
      "prepare",
      "the inputs hold more than {} documents; prepare them in several folders",
      records_.size());
  records_.push_back(
      {hash64(document, 1),
       static_cast<uint32_t>(hash64(document, 2)),
       static_cast<uint32_t>(records_.size())});
}

std::vector<bool> DuplicateFinder::find() {
  std::vector<bool> is_copy(records_.size());
  std::ranges::sort(records_);
  for (size_t i = 1; i < records_.size(); ++i) {
    const Record& before = records_[i - 1];
    const Record& record = records_[i];
    is_copy[record.index] =
        record.high == before.high && record.low == before.low;
  }
  records_.clear();
  return is_copy;
}

} // namespace nanobrain
