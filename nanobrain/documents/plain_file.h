// A file read as it is, block by block.
#pragma once

#include <filesystem>
#include <vector>

#include "nanobrain/documents/byte_source.h"

namespace nanobrain {

class PlainFile : public ByteSource {
 public:
  explicit PlainFile(const std::filesystem::path& path);
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;
  ~PlainFile() override;
  std::string_view next_block() override;
  int64_t position() const override { return position_; }

 private:
  std::filesystem::path path_;
  int fd_;
  int64_t position_ = 0;
  std::vector<char> buffer_;
};

} // namespace nanobrain
