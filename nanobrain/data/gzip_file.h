// gzip files through zlib. libarchive reads them too, but checks neither the
// CRC-32 nor the length, and takes a second member that is cut off inside its
// header for the end of the file.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <vector>

#include "nanobrain/documents/plain_file.h"

namespace nanobrain {

/// All members of a gzip file, one after the other (RFC 1952, section 2.2).
class GzipFile : public ByteSource {
 public:
  explicit GzipFile(const std::filesystem::path& path);
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() override;
  std::string_view next_block() override;
  int64_t position() const override { return file_.position(); }

 private:
  std::filesystem::path path_;
  PlainFile file_;
  z_stream stream_ = {};
  bool inside_member_ = true; // a file without any member is truncated
  std::vector<char> buffer_;
};

} // namespace nanobrain
