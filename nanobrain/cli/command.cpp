#include "nanobrain/cli/command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/kernels/backend.h"

namespace nanobrain {

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kInterrupted = 130;

void write_stdout(std::string_view text) {
  require(
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
          std::fflush(stdout) == 0,
      "stdout",
      "cannot be written: {}",
      std::strerror(errno));
}

int report(std::string_view message, int exit_code) {
  // LibTorch appends a backtrace to its messages: the first line says it all.
  message = message.substr(0, message.find("\nException raised from"));
  fmt::print(stderr, "nanobrain: {}\n", message);
  return exit_code;
}

/// The subcommand that the words on the command line have reached.
CLI::App& innermost(CLI::App& program) {
  CLI::App* app = &program;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
  }
  return *app;
}

/// "nanobrain tokenizer train".
std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr
             ? app.get_name()
             : full_name(*app.get_parent()) + " " + app.get_name();
}

std::string describe_extra(CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) {
        known.push_back("--" + name);
      }
    }
    const std::string flag = word.substr(0, word.find('='));
    return fmt::format(
        "[{}] has no flag {}{}",
        app.get_display_name(),
        flag,
        suggest_name(flag, known));
  }
  for (const CLI::App* sub : app.get_subcommands({})) {
    known.push_back(sub->get_name());
  }
  return known.empty() ? fmt::format(
                             "[{}] does not take the argument \"{}\"",
                             app.get_display_name(),
                             word)
                       : fmt::format(
                             "[{}] has no command \"{}\"{}",
                             app.get_display_name(),
                             word,
                             suggest_name(word, known));
}

int usage_error(CLI::App& program, const CLI::ParseError& error) {
  CLI::App& app = innermost(program);
  const auto extras = program.remaining(true);
  const std::string message =
      extras.empty()
          ? fmt::format("[{}] {}", app.get_display_name(), error.what())
          : describe_extra(app, extras.front());
  report(message, kWrongUsage);
  fmt::print(stderr, "See: {} --help\n", full_name(app));
  return kWrongUsage;
}

} // namespace

Output::Output(CLI::App& command) : json_(std::make_shared<bool>(false)) {
  command.add_flag("--json", *json_, "print one JSON object on stdout");
}

void Output::text(std::string_view text) const {
  if (!json()) write_stdout(text);
}

void Output::line(std::string_view text) const {
  this->text(fmt::format("{}\n", text));
}

void Output::result(const Json& value) const {
  if (json()) write_stdout(value.dump(2) + "\n");
}

int run_program(CLI::App& program, int argc, char** argv) {
  ignore_file_signals();
  install_interrupt_handlers();
  program.name("nanobrain");
  program.require_subcommand(1);
  program.set_version_flag("--version", [] {
    set_threads(0); // what a command without --threads runs on
    return fmt::format("nanobrain {}, {}", build_commit(), backend_summary());
  });
  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& help) {
    return program.exit(help);
  } catch (const CLI::ParseError& error) {
    return usage_error(program, error);
  } catch (const Interrupted& error) {
    return report(error.what(), kInterrupted);
  } catch (const UsageError& error) {
    return report(error.what(), kWrongUsage);
  } catch (const std::bad_alloc&) {
    return report("out of memory", kFailed);
  } catch (const std::exception& error) {
    return report(error.what(), kFailed);
  }
}

} // namespace nanobrain
