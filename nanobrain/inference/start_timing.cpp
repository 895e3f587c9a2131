// bench start: how long the program takes from its start to the first token.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/inference/timing.h"

namespace nanobrain {

namespace {

double time_once(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const auto& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  std::array<int, 2> ends;
  require(pipe2(ends.data(), O_CLOEXEC) == 0, "bench start", "got no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);

  const Stopwatch watch;
  pid_t child = 0;
  const int refused = posix_spawn(
      &child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  char first = 0;
  const ssize_t got = refused == 0 ? read(ends[0], &first, 1) : 0;
  const double seconds = watch.seconds();

  while (got > 0 && read(ends[0], &first, 1) > 0) { // to its end
  }
  close(ends[0]);
  if (refused == 0) waitpid(child, nullptr, 0);
  require(got > 0, "bench start", "the program ended without a word");
  return seconds;
}

} // namespace

Statistics time_start(
    const fs::path& model, int64_t threads, const ClockOptions& clock) {
  clock.validate();
  open_model(model, {});
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  require(
      !error, "bench start", "this system does not say what runs: no /proc");
  // Without a prompt the first byte is that of the first token.
  const std::vector<std::string> words = {
      program.string(),
      "generate",
      "--model",
      model.string(),
      "--max-tokens",
      "1",
      "--threads",
      std::to_string(threads)};
  return statistics_of(repeat(clock, [&] { return time_once(words); }));
}

} // namespace nanobrain
