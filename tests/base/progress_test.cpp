#include "nanobrain/base/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>

#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace ::testing;
using testing::TempDir;

/// What `body` prints on stderr where that is a file.
std::string plain_output(const std::function<void()>& body) {
  const TempDir dir;
  testing::run_in_child([&] {
    dup2(open((dir / "err").c_str(), O_CREAT | O_WRONLY, 0600), 2);
    body();
    return std::string();
  });
  return testing::read_text(dir / "err");
}

/// What `body` prints on stderr where that is a terminal of so many columns.
std::string terminal_output(
    unsigned short columns, const std::function<void()>& body) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(terminal);
  unlockpt(terminal);
  const int inner = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  const winsize size{24, columns, 0, 0};
  ioctl(inner, TIOCSWINSZ, &size);
  testing::run_in_child([&] {
    dup2(inner, 2);
    body();
    return std::string();
  });
  // A terminal hands on what was written in parts, and says that nothing more
  // will come only once every writer has closed it.
  close(inner);
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t got; (got = read(terminal, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<size_t>(got));
  }
  close(terminal);
  return text;
}

TEST(Progress, PrintsOneLineAtTheEndOfShortWorkInAFile) {
  EXPECT_EQ(
      plain_output([] {
        Progress progress("train", 200);
        for (int i = 1; i <= 200; ++i) progress.update(i, "loss 1.5");
      }),
      "train 100 %  loss 1.5  0:00\n");
  EXPECT_EQ(
      plain_output([] {
        Progress progress("read", 0);
        progress.update(1234, "lines");
        progress.log("a note");
        progress.finish();
        progress.finish();
        progress.update(5);
      }),
      "a note\nread 1,234  lines  0:00\n");
}

TEST(Progress, PrintsNoNoteWhereNothingWasReportedOrItIsSilenced) {
  EXPECT_EQ(plain_output([] { const Progress progress("train", 200); }), "");
  EXPECT_EQ(
      plain_output([] {
        set_progress_enabled(false);
        Progress progress("train", 200);
        progress.update(7);
        progress.log("a note");
        progress.warn("a warning");
      }),
      "a warning\n");
}

TEST(Progress, RedrawsABarOnATerminal) {
  const std::string text = terminal_output(100, [] {
    Progress progress("train", 200, 100);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    progress.update(150, "loss 1.5"); // half of what this process has to do
    progress.finish();
  });
  EXPECT_THAT(text, HasSubstr("\r\x1b[Ktrain [##################      ] 75 %"));
  EXPECT_THAT(text, ContainsRegex("  loss 1\\.5  0:[0-9]+ left"));
  EXPECT_THAT(text, EndsWith("\r\n")); // a terminal's end of line
}

TEST(Progress, KeepsToTheWidthOfTheTerminal) {
  const std::string text = terminal_output(30, [] {
    Progress progress("train", 200);
    progress.update(150, std::string(300, 'x'));
  });
  EXPECT_THAT(text, HasSubstr("train ["));
  EXPECT_THAT(text, Not(HasSubstr("x")));
  EXPECT_LT(text.size(), 45u);
}

TEST(Format, DurationsCountsAndBytes) {
  const std::pair<double, const char*> durations[] = {
      {0, "0:00"}, {6.6, "0:07"}, {125, "2:05"}, {3723, "1:02:03"}};
  for (const auto& [seconds, text] : durations) {
    EXPECT_EQ(format_duration(seconds), text);
  }
  const std::pair<int64_t, const char*> counts[] = {
      {0, "0"},
      {-999, "-999"},
      {1000, "1,000"},
      {1234567, "1,234,567"},
      {INT64_MIN, "-9,223,372,036,854,775,808"}};
  for (const auto& [count, text] : counts) EXPECT_EQ(format_count(count), text);
  const std::pair<double, const char*> sizes[] = {
      {0, "0 B"},
      {999, "999 B"},
      {1000, "1.00 kB"},
      {8728576, "8.73 MB"},
      {12.34e6, "12.3 MB"},
      {999.4e6, "999 MB"},
      {999.6e6, "1.00 GB"}};
  for (const auto& [bytes, text] : sizes) EXPECT_EQ(format_bytes(bytes), text);
}

} // namespace
} // namespace nanobrain
