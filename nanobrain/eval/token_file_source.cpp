#include "nanobrain/eval/token_file_source.h"

#include <algorithm>

namespace nanobrain {

size_t TokenFileSource::read(std::span<TokenId> out) {
  const int64_t count =
      std::min(static_cast<int64_t>(out.size()), file_.size() - next_);
  for (int64_t i = 0; i < count; ++i) {
    out[static_cast<size_t>(i)] = file_[next_ + i];
  }
  next_ += count;
  return static_cast<size_t>(count);
}

} // namespace nanobrain
