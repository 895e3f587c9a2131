#include "nanobrain/sweep/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"

namespace nanobrain {

namespace {

constexpr int kPollMs = 100;
constexpr int kNotFound = 127;
constexpr int kKilled = 128 + SIGINT;

/// What a terminal (^C) or Slurm (SIGTERM) sends to all processes is for the
/// parent to pass on: a second signal would end the child before it has saved.
void take_signals_from_parent_alone(pid_t parent) {
  setpgid(0, 0);
  signal(SIGINT, SIG_DFL); // shells ignore it in the background
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_SETMASK, &term, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != parent) _exit(kKilled); // it died before
}

/// In the child of a process with threads: only what is safe in a signal
/// handler may be called.
[[noreturn]] void become(
    const ChildRequest& request,
    char* const* argv,
    pid_t parent,
    int out,
    int err) {
  take_signals_from_parent_alone(parent);
  if (!request.cpus.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : request.cpus) CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
  }
  for (const int fd : request.inherited) fcntl(fd, F_SETFD, 0);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execvp(argv[0], argv);
  const char* reason = strerror(errno);
  const auto say = [](const char* text) {
    [[maybe_unused]] const auto n = write(STDERR_FILENO, text, strlen(text));
  };
  say(argv[0]);
  say(": ");
  say(reason);
  say("\n");
  _exit(kNotFound);
}

/// Reads stdout to its end, passing on a request to end.
std::string read_output(int fd, pid_t child) {
  std::string out;
  bool told = false;
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    const int n = poll(&ready, 1, kPollMs);
    if (interrupted() && !told) {
      kill(child, SIGINT);
      told = true;
    }
    if (n <= 0) continue;
    std::array<char, 4096> block;
    const ssize_t size = read(fd, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return out;
    out.append(block.data(), static_cast<size_t>(size));
  }
}

std::string last_line_of(const std::filesystem::path& log, uintmax_t begin) {
  const std::string all = read_file(log);
  std::string text = begin < all.size() ? all.substr(begin) : "";
  while (!text.empty() && text.back() == '\n') text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  // Of a progress bar, the last state.
  return text.substr(text.rfind('\r') + 1);
}

} // namespace

ChildResult run_child(const ChildRequest& request) {
  const Descriptor log(request.log, O_WRONLY | O_CREAT | O_APPEND);
  if (!log.is_open()) fail_errno(request.log, "opened");
  const auto begin = std::filesystem::file_size(request.log);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail_errno("a pipe", "made");
  const Descriptor reader(ends[0]);
  std::optional<Descriptor> writer(ends[1]);
  std::vector<char*> argv;
  for (const auto& a : request.command) {
    argv.push_back(const_cast<char*>(a.c_str()));
  }
  argv.push_back(nullptr);
  // Signals are held back while a child is made: the parent's handler would
  // swallow one that is meant for the child.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(request, argv.data(), parent, ends[1], log.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) fail_errno(request.command.front(), "started");
  writer.reset(); // the child's end is the end of its output

  ChildResult result;
  result.out = read_output(reader.get(), child);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.last_line =
      WIFSIGNALED(status)
          ? fmt::format("ended by signal {}", strsignal(WTERMSIG(status)))
          : last_line_of(request.log, begin);
  return result;
}

ChildResult RunTools::run(
    std::vector<std::string> arguments,
    const std::filesystem::path& log,
    std::vector<int> inherited) const {
  arguments.insert(arguments.begin(), program.string());
  arguments.push_back("--json");
  return run_child(
      {.command = std::move(arguments),
       .log = log,
       .cpus = cpus,
       .inherited = std::move(inherited)});
}

Json RunTools::json(
    const std::vector<std::string>& arguments,
    const std::filesystem::path& log,
    std::vector<int> inherited) const {
  const ChildResult child = run(arguments, log, std::move(inherited));
  check_interrupted();
  require(
      child.ok(),
      log.string(),
      "{} failed with exit code {}: {}",
      arguments.front(),
      child.exit_code,
      child.last_line);
  return parse_json(child.out, log.string());
}

} // namespace nanobrain
