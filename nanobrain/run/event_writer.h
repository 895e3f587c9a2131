// TensorBoard event files, without TensorBoard or protobuf.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "nanobrain/base/descriptor.h"

namespace nanobrain {

/// A new file events.out.tfevents.* that sorts after the folder's others, for
/// TensorBoard reads them in order. Every failure to write is an Error.
class EventWriter {
 public:
  /// Readers forget what earlier files say of `purge_step` and later steps.
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
