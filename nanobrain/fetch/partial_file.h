// A file on its way: NAME.part beside its final name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "nanobrain/base/descriptor.h"

namespace nanobrain {

/// Where the bytes of a partial file come from; kept in NAME.part.json, so
/// that another process can tell whether it may go on with them.
struct PartialOrigin {
  std::string url;
  std::string etag;   // strong, or empty
  std::string sha256; // that the server stated, or empty

  template <class Visitor>
  void visit(Visitor&& field) {
    field("url", url, "asked for");
    field("etag", etag, "of the answer");
    field("sha256", sha256, "stated by the server");
  }
};

/// Holds NAME.part for this process until it ends, however it ends (flock).
/// What was appended survives it; an empty one is removed. Every failure (a
/// full disk) is an Error, and what is written stays.
class PartialFile {
 public:
  /// Opens what an earlier process left, or a new one, and makes the folders
  /// on the way. Error where another process holds it.
  explicit PartialFile(const std::filesystem::path& final_path);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  int64_t size() const { return size_; }
  const PartialOrigin& origin() const { return origin_; }

  /// Empties it, for bytes of another origin.
  void restart(const PartialOrigin& origin);
  void append(std::string_view bytes);
  /// Of all that is there.
  std::string sha256() const;
  /// Syncs it, gives it its final name, over a file of that name, and syncs
  /// the folder.
  void commit();

 private:
  std::filesystem::path final_path_;
  std::filesystem::path path_;
  std::filesystem::path note_; // holds the origin
  std::unique_ptr<Descriptor> fd_;
  PartialOrigin origin_;
  int64_t size_ = 0;
  bool committed_ = false;

  bool lock();
  void read_origin();
};

} // namespace nanobrain
