// A log file that grows record by record.
#pragma once

#include <filesystem>
#include <string_view>

#include "nanobrain/base/descriptor.h"

namespace nanobrain {

/// Each record is with the kernel when append() returns: a kill loses none, a
/// crash of the machine none that sync() has seen. Every failure (a full disk)
/// is an Error; then the file may end in part of a record.
class AppendFile {
 public:
  /// Opens the file at its end, makes it where there is none.
  explicit AppendFile(std::filesystem::path path);
  void append(std::string_view record);
  void sync();

 private:
  std::filesystem::path path_;
  Descriptor fd_;
};

} // namespace nanobrain
