// A token file as a stream of ids.
#pragma once

#include "nanobrain/data/token_file.h"
#include "nanobrain/inference/token_source.h"

namespace nanobrain {

/// The ids of a token file, as they lie there.
class TokenFileSource : public TokenSource {
 public:
  /// The file must outlive the source.
  explicit TokenFileSource(const TokenFile& file) : file_(file) {}
  size_t read(std::span<TokenId> out) override;
  int64_t position() const override { return next_; }
  int64_t size() const override { return file_.size(); }

 private:
  const TokenFile& file_;
  int64_t next_ = 0;
};

} // namespace nanobrain
