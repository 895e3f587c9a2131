// A progress bar on a terminal, plain lines elsewhere; always on stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nanobrain {

/// "label [####    ] 43 %  details  1:20 left", redrawn on a terminal;
/// elsewhere a line at most every ten seconds and at the end.
class Progress {
 public:
  /// `total` <= 0: unknown, then there is no bar and no time left. `start` is
  /// what an earlier run has done already: the time left counts without it.
  Progress(std::string label, int64_t total, int64_t start = 0);
  ~Progress();

  void update(int64_t done, std::string_view details = {});
  /// Prints a line of its own above the bar.
  void log(std::string_view line);
  /// The same, also where every Progress is silenced.
  void warn(std::string_view line);
  /// Draws the last state and ends the line; further calls do nothing.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  std::string label_;
  std::string details_;
  int64_t total_;
  int64_t start_;
  int64_t done_;
  bool terminal_;
  bool finished_ = false;
  bool dirty_ = false;
  Clock::time_point begin_;
  Clock::time_point last_draw_;
};

/// Silences every Progress (tests, --quiet).
void set_progress_enabled(bool enabled);

/// Of the terminal that stderr is; 80 where that is unknown.
size_t terminal_columns();

/// "1:02:03", "2:05" or "0:07".
std::string format_duration(double seconds);
/// "1,234,567".
std::string format_count(int64_t value);
/// "8.73 MB" (decimal units, three significant digits).
std::string format_bytes(double bytes);

} // namespace nanobrain
