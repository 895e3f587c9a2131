#include "nanobrain/sweep/live_view.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "nanobrain/base/message.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr std::chrono::milliseconds kRedraw(500);
constexpr int64_t kTail = 4096; // bytes that hold the last record

/// The last whole record of a metrics.jsonl; null where there is none.
Json last_record(const fs::path& metrics) {
  std::ifstream file(metrics, std::ios::binary | std::ios::ate);
  if (!file) return nullptr;
  const auto size = static_cast<int64_t>(file.tellg());
  file.seekg(std::max<int64_t>(0, size - kTail));
  std::string text(std::istreambuf_iterator<char>(file), {});
  const auto end = text.rfind('\n');
  if (end == std::string::npos) return nullptr;
  text.resize(end);
  const Json record = Json::parse(
      text.substr(text.rfind('\n') + 1), nullptr, /*allow_exceptions=*/false);
  return record.is_object() ? record : Json(nullptr);
}

} // namespace

std::string describe_progress(const RunFolder& run, int64_t steps) {
  const Json record = last_record(run.metrics());
  const auto number = [&](const char* key) {
    const bool there = record.contains(key) && record[key].is_number();
    return there ? record[key].get<double>() : NAN;
  };
  const double step = number("step");
  if (std::isnan(step)) return "starting";
  std::string text = fmt::format("step {}/{}", step, steps);
  if (const double loss = number("train_loss"); !std::isnan(loss)) {
    text += fmt::format(", loss {:.4f}", loss);
  }
  if (const double speed = number("tokens_per_s"); !std::isnan(speed)) {
    const auto whole = static_cast<int64_t>(speed);
    text += fmt::format(", {} tokens/s", format_count(whole));
  }
  const double left = static_cast<double>(steps) - step;
  if (left <= 0) return text + ", measuring";
  const double elapsed = number("elapsed_s");
  if (step <= 0 || std::isnan(elapsed)) return text;
  return text + ", " + format_duration(elapsed / step * left) + " left";
}

LiveView::LiveView(SweepFolder folder, int64_t total, int64_t done)
    : folder_(std::move(folder)),
      total_(total),
      done_(done),
      done_before_(done),
      terminal_(isatty(STDERR_FILENO) == 1) {
  if (!terminal_) return;
  thread_ = std::thread([this] {
    while (!ended_) {
      {
        const std::lock_guard lock(mutex_);
        erase();
        draw();
      }
      std::this_thread::sleep_for(kRedraw);
    }
  });
}

LiveView::~LiveView() {
  ended_ = true;
  if (thread_.joinable()) thread_.join();
  erase();
}

void LiveView::update(
    const Cell& cell, const RunSeed& seed, const RunStatus& status) {
  const std::string name = fmt::format("{} seed {}", cell.id, seed.name());
  const SeedFolder run = folder_.seed(cell.id, seed);
  const std::lock_guard lock(mutex_);
  if (status.state == "running") {
    running_[name] = {run, cell.config.train.steps};
    if (!terminal_) print(fmt::format("{}: started", name));
    return;
  }
  running_.erase(name);
  if (status.state == "done") ++done_;
  if (status.state != "failed") {
    const std::string took = format_duration(status.elapsed_s);
    const std::string runs =
        status.state == "lost" ? status.error : describe_runs();
    print(fmt::format("{}: {} after {} ({})", name, status.state, took, runs));
    return;
  }
  std::string code; // none before there was a process
  if (status.exit_code != 0) {
    code = fmt::format(" with exit code {}", status.exit_code);
  }
  const std::string log = run.log().string();
  print(
      fmt::format("{}: failed{}: {} (see {})", name, code, status.error, log));
}

std::string LiveView::describe_runs() const {
  const std::string text = fmt::format("{} of {} runs done", done_, total_);
  if (done_ == done_before_ || done_ == total_) return text;
  const double each =
      clock_.seconds() / static_cast<double>(done_ - done_before_);
  const double left = each * static_cast<double>(total_ - done_);
  return fmt::format("{}, about {} left", text, format_duration(left));
}

void LiveView::print(const std::string& line) {
  erase();
  print_message("{}", line);
}

void LiveView::erase() {
  if (drawn_ > 0) std::fprintf(stderr, "\x1b[%zuA\x1b[J", drawn_);
  drawn_ = 0;
}

void LiveView::draw() {
  print_message("{}", describe_runs());
  const size_t columns = terminal_columns();
  for (const auto& [name, run] : running_) {
    const std::string line = fmt::format(
        "  {}: {}", name, describe_progress(run.folder.run(), run.steps));
    // A line that the terminal breaks would not be erased whole.
    print_message("{}", line.substr(0, columns - 1));
  }
  drawn_ = 1 + running_.size();
}

} // namespace nanobrain
