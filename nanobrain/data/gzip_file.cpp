#include "nanobrain/data/gzip_file.h"

#include "nanobrain/base/error.h"

namespace nanobrain {

constexpr size_t kBlockBytes = size_t{1} << 18;
constexpr int kGzipWindowBits = 16 + MAX_WBITS; // zlib: 16 asks for gzip

GzipFile::GzipFile(const std::filesystem::path& path)
    : path_(path), file_(path), buffer_(kBlockBytes) {
  require(
      inflateInit2(&stream_, kGzipWindowBits) == Z_OK,
      "input",
      "zlib cannot start to read {}",
      path.string());
}

GzipFile::~GzipFile() {
  inflateEnd(&stream_);
}

std::string_view GzipFile::next_block() {
  for (;;) {
    if (stream_.avail_in == 0) {
      const std::string_view block = file_.next_block();
      stream_.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
      stream_.avail_in = static_cast<uInt>(block.size());
      if (block.empty()) {
        require(
            !inside_member_,
            "input",
            "{} is truncated: its gzip data ends too early; get it again",
            path_.string());
        return {};
      }
    }
    if (!inside_member_) {
      inflateReset(&stream_);
      inside_member_ = true;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    require(
        result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR,
        "input",
        "{} is damaged or not gzip: {}; get it again",
        path_.string(),
        stream_.msg != nullptr ? stream_.msg : "unknown fault");
    inside_member_ = result != Z_STREAM_END;
    const size_t count = buffer_.size() - stream_.avail_out;
    if (count > 0) return {buffer_.data(), count};
  }
}

} // namespace nanobrain
