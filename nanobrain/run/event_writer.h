// TensorBoard event files, without TensorBoard or protobuf.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "nanobrain/base/descriptor.h"

namespace nanobrain {

/// One new file events.out.tfevents.* in a folder, which sorts after those that
/// are there: TensorBoard reads them in the order of their names. Every failure
/// to write is an Error.
class EventWriter {
 public:
  /// With `purge_step` the readers forget what earlier files of the folder say
  /// of that step and later ones.
  explicit EventWriter(
      const fs::path& directory,
      std::optional<int64_t> purge_step = std::nullopt);

  /// TensorBoard keeps 32 bits of `value`.
  void add_scalar(std::string_view tag, double value, int64_t step);
  void add_text(std::string_view tag, std::string_view text, int64_t step);
  /// Every event is with the kernel already; sync() puts it on the disk.
  void sync() { file_.sync(); }

 private:
  AppendFile file_;
};

} // namespace nanobrain
