// TensorBoard's events in protobuf's wire format (tensorflow/core/util/
// event.proto and tensorflow/core/framework/summary.proto), the few kinds that
// a training run writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nanobrain {

/// When an event was written: Unix time, and the step it belongs to.
struct EventTime {
  double wall_time_s = 0;
  int64_t step = 0;
};

/// The first event of every file: the version of the format.
std::string version_event(const EventTime& time);
/// A new session: readers drop what they have of time.step and later ones.
std::string session_start_event(const EventTime& time);
std::string scalar_event(
    const EventTime& time, std::string_view tag, double value);
/// Text for TensorBoard's text tab, which shows it as Markdown.
std::string text_event(
    const EventTime& time, std::string_view tag, std::string_view text);

} // namespace nanobrain
