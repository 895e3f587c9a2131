#include "nanobrain/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <utility>

namespace nanobrain {

namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kPlainLine{10};
constexpr const char* kClearLine = "\r\x1b[K";

std::atomic<bool> enabled{true};

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

} // namespace

size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return 80;
  }
  return size.ws_col;
}

Progress::Progress(std::string label, int64_t total, int64_t start)
    : label_(std::move(label)),
      total_(total),
      start_(start),
      done_(start),
      terminal_(isatty(STDERR_FILENO) == 1),
      begin_(Clock::now()),
      last_draw_(begin_) {}

Progress::~Progress() {
  finish();
}

void Progress::update(int64_t done, std::string_view details) {
  if (finished_) return;
  done_ = done;
  details_ = details;
  dirty_ = true;
  const Clock::duration pause =
      terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlainLine);
  if (Clock::now() - last_draw_ >= pause) draw();
}

void Progress::log(std::string_view line) {
  if (enabled) warn(line);
}

void Progress::warn(std::string_view line) {
  print(fmt::format("{}{}\n", terminal_ ? kClearLine : "", line));
  if (terminal_ && !finished_) draw();
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (!dirty_ && last_draw_ == begin_) return; // nothing was ever reported
  draw();
  if (terminal_ && enabled) print("\n");
}

void Progress::draw() {
  last_draw_ = Clock::now();
  dirty_ = false;
  if (!enabled) return;
  const double elapsed =
      std::chrono::duration<double>(last_draw_ - begin_).count();
  std::string line = label_;
  if (total_ > 0) {
    const double part =
        std::clamp(static_cast<double>(done_) / total_, 0.0, 1.0);
    if (terminal_) {
      const int filled = static_cast<int>(part * kBarWidth);
      line += fmt::format(" [{:<{}}]", std::string(filled, '#'), kBarWidth);
    }
    line += fmt::format(" {:.0f} %", std::floor(100 * part));
  } else {
    line += fmt::format(" {}", format_count(done_));
  }
  if (!details_.empty()) line += fmt::format("  {}", details_);
  if (finished_) {
    line += fmt::format("  {}", format_duration(elapsed));
  } else if (total_ > 0 && done_ > start_) {
    const double left = elapsed * static_cast<double>(total_ - done_) /
                        static_cast<double>(done_ - start_);
    line += fmt::format("  {} left", format_duration(left));
  }
  if (terminal_) {
    // A longer line would wrap, and then "\r" no longer clears all of it.
    print(kClearLine + line.substr(0, terminal_columns() - 1));
  } else {
    print(line + "\n");
  }
}

void set_progress_enabled(bool on) {
  enabled = on;
}

std::string format_duration(double seconds) {
  const auto s = static_cast<int64_t>(std::llround(std::max(0.0, seconds)));
  if (s >= 3600) {
    return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  }
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string format_count(int64_t value) {
  std::string text = std::to_string(value);
  const size_t first = value < 0 ? 1 : 0;
  for (size_t i = text.size(); i > first + 3;) {
    i -= 3;
    text.insert(i, 1, ',');
  }
  return text;
}

std::string format_bytes(double bytes) {
  constexpr std::array<const char*, 6> kUnits = {
      "B", "kB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  // 999.5 would be rounded to 1000.
  while (std::abs(bytes) >= 999.5 && unit + 1 < kUnits.size()) {
    bytes /= 1000;
    ++unit;
  }
  const double size = std::abs(bytes);
  const int decimals = unit == 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", bytes, decimals, kUnits[unit]);
}

} // namespace nanobrain
