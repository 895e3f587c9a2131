// What a run measures, step by step: metrics.jsonl for programs, TensorBoard
// events for eyes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/json.h"
#include "nanobrain/run/event_writer.h"

namespace nanobrain {

class MetricsLog {
 public:
  /// Opens the log of a run folder. Without `resume_step` the folder must hold
  /// no metrics yet. With it, records of later steps (and the half line of a
  /// killed run) are cut off first, and TensorBoard is told to forget them.
  explicit MetricsLog(
      const fs::path& directory,
      std::optional<int64_t> resume_step = std::nullopt);

  /// Appends one record, an object with an integer "step". Numbers also become
  /// TensorBoard scalars of the same name. Error if it cannot be written.
  void append(const Json& record);
  /// Text for TensorBoard alone.
  void add_text(std::string_view tag, std::string_view text, int64_t step);
  /// Puts all on the disk: due before a checkpoint, to which a run is cut back.
  void sync();

 private:
  AppendFile lines_;
  EventWriter events_;
};

/// The records of a metrics.jsonl in order. A last line that was cut off is
/// left out; any other fault is an Error that names the line.
std::vector<Json> read_metrics(const fs::path& path);

} // namespace nanobrain
