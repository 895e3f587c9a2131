#include "nanobrain/sweep/live_view.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <sstream>

#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMetrics =
    "{\"step\": 30, \"train_loss\": 6.5, \"tokens_per_s\": 12345.6, "
    "\"elapsed_s\": 15.0}\n";

TEST(LiveView, ProgressIsThatOfTheLastWholeRecord) {
  const TempDir dir;
  const RunFolder run{dir.path()};
  EXPECT_EQ(describe_progress(run, 300), "starting");
  write_text(run.metrics(), std::string(kMetrics) + "{\"step\": 60, \"tra");
  // 30 of 300 steps took 15 s: 270 more take 135.
  EXPECT_EQ(
      describe_progress(run, 300),
      "step 30/300, loss 6.5000, 12,345 tokens/s, 2:15 left");
  EXPECT_THAT(describe_progress(run, 30), HasSubstr("measuring"));
  write_text(run.metrics(), "{\"step\": null}\nnonsense\n");
  EXPECT_EQ(describe_progress(run, 300), "starting");
}

/// A terminal of so many columns as stderr, for as long as this lives.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) : before_(dup(STDERR_FILENO)) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    int terminal = -1;
    if (openpty(&screen_, &terminal, nullptr, nullptr, &size) != 0) {
      throw std::runtime_error("no terminal can be made");
    }
    fcntl(screen_, F_SETFL, O_NONBLOCK);
    dup2(terminal, STDERR_FILENO);
    close(terminal);
  }
  ~Terminal() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    close(screen_);
  }
  /// All that was written, once it holds `part` as often as that.
  std::string wait_for(const std::string& part, int times) {
    for (int i = 0; i < 1000; ++i) { // ten seconds
      char block[4096];
      const auto n = ::read(screen_, block, sizeof(block));
      if (n > 0) text_.append(block, static_cast<size_t>(n));
      int seen = 0;
      for (size_t at = 0; (at = text_.find(part, at)) != text_.npos; ++at) {
        ++seen;
      }
      if (seen >= times) return text_;
      usleep(10'000);
    }
    ADD_FAILURE() << part << " does not come in: " << text_;
    return text_;
  }

 private:
  int before_;
  int screen_ = -1;
  std::string text_;
};

TEST(LiveView, RedrawsALineARunThatFitsTheTerminal) {
  const SweepFiles files;
  const SweepFolder folder{files.path("out")};
  const auto cells = make_cells(
      files.read("grid: {model.num_layers: [1, 2]}\nbudget: {steps: 300}\n"));
  fs::create_directories(folder.seed(cells[0].id, 1).run().root);
  write_text(folder.seed(cells[0].id, 1).run().metrics(), kMetrics);

  Terminal terminal(40);
  std::string shown;
  {
    LiveView view(folder, 6, 1);
    RunStatus status;
    status.state = "running";
    view.update(cells[0], 1, status);
    view.update(cells[1], 1, status);
    terminal.wait_for("num_layers=2 seed 1: starting", 2);
    status.state = "failed";
    status.exit_code = 1;
    status.error = "loss is NaN";
    view.update(cells[1], 1, status);
    shown = terminal.wait_for("1 of 6 runs done", 4);
  }
  EXPECT_THAT(shown, HasSubstr("num_layers=1 seed 1: step 30/300, los\r\n"));
  EXPECT_THAT(shown, HasSubstr("\x1b[3A\x1b[J")); // what was drawn is erased
  EXPECT_THAT(shown, HasSubstr("failed with exit code 1: loss is NaN (see "));
  std::istringstream lines(shown);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("seed 1: st") == line.npos) continue;
    const auto begin = line.rfind('J') == line.npos ? 0 : line.rfind('J') + 1;
    EXPECT_LE(line.size() - begin, 40u) << line; // 39 and \r
  }
}

} // namespace
} // namespace nanobrain::testing
