#include "nanobrain/run/event_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/run/event_proto.h"
#include "nanobrain/run/tf_record.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "events.out.tfevents.";

double now_s() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The time in the name of an event file; 0 for other names.
int64_t time_of(const std::string& name) {
  int64_t time = 0;
  if (name.starts_with(kPrefix)) {
    std::from_chars(
        name.data() + kPrefix.size(), name.data() + name.size(), time);
  }
  return time;
}

/// events.out.tfevents.TIME.HOST.PID, later than any in the folder: a run that
/// is resumed within the second would else be read before its first half.
fs::path new_file(const fs::path& directory) {
  auto time = static_cast<int64_t>(now_s());
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    time = std::max(time, time_of(entry.path().filename().string()) + 1);
  }
  require(
      !error,
      directory.string(),
      "cannot be listed: {}; check the path",
      error.message());
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '-';
  return directory /
         fmt::format("{}{:010}.{}.{}", kPrefix, time, host.data(), getpid());
}

} // namespace

EventWriter::EventWriter(
    const fs::path& directory, std::optional<int64_t> purge_step)
    : file_(new_file(directory)) {
  file_.append(tf_record(version_event({now_s(), 0})));
  if (purge_step) {
    file_.append(tf_record(session_start_event({now_s(), *purge_step})));
  }
}

void EventWriter::add_scalar(std::string_view tag, double value, int64_t step) {
  file_.append(tf_record(scalar_event({now_s(), step}, tag, value)));
}

void EventWriter::add_text(
    std::string_view tag, std::string_view text, int64_t step) {
  file_.append(tf_record(text_event({now_s(), step}, tag, text)));
}

} // namespace nanobrain
