#include "nanobrain/cli/command.h"

#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "nanobrain/base/allocator.h"
#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/cli/usage.h"
#include "nanobrain/kernels/backend.h"

namespace nanobrain {

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kInterrupted = 130;

void write_stdout(std::string_view text) {
  write_all(STDOUT_FILENO, text.data(), text.size(), "stdout");
}

/// A message may quote what a file holds: megabytes, control characters.
std::string printable(std::string_view message) {
  constexpr size_t kMost = 2'000;
  std::string text(message.substr(0, kMost));
  if (message.size() > kMost) {
    text = replace_invalid_utf8(text) +
           fmt::format("... ({} bytes more)", message.size() - kMost);
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' && c != '\n') c = ' ';
  }
  return text;
}

int report(std::string_view message, int exit_code) {
  print_message("nanobrain: {}", printable(message));
  return exit_code;
}

/// An exception of LibTorch or the C++ library: LibTorch appends a backtrace,
/// the first line says it all.
int report_foreign(std::string_view message) {
  for (const char* end : {"\n", "Exception raised from", "frame #0"}) {
    message = message.substr(0, message.find(end));
  }
  for (const char* sign : {"allocate memory", "out of memory", "bad_alloc"}) {
    if (message.find(sign) == message.npos) continue;
    return report(
        "out of memory; make the model or the batch smaller", kFailed);
  }
  return report(message, kFailed);
}

/// Runs the command line; what --help and --version print is a result as well.
void parse(CLI::App& program, int argc, char** argv) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& help) {
    std::ostringstream text;
    program.exit(help, text, text);
    write_stdout(text.str());
  }
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
  if (!json()) return;
  // A prompt or a path of any bytes: JSON has text only.
  const auto faults = Json::error_handler_t::replace;
  write_stdout(value.dump(2, ' ', false, faults) + "\n");
}

CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides) {
  return command
      .add_option(
          "--set", overrides, "KEY=VALUE over the YAML; may be repeated")
      ->expected(1)
      ->take_all();
}

int run_program(CLI::App& program, int argc, char** argv) {
  occupy_standard_descriptors();
  ignore_file_signals();
  keep_freed_memory();
  install_interrupt_handlers();
  program.name("nanobrain");
  program.require_subcommand(1);
  const auto version = [] {
    set_threads(0); // what a command without --threads runs on
    return fmt::format("nanobrain {}, {}", build_commit(), backend_summary());
  };
  program.set_version_flag("--version", version, "print version and backend");
  check_values(program);
  try {
    parse(program, argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return report(describe_usage_error(program, error), kWrongUsage);
  } catch (const Interrupted& error) {
    return report(error.what(), kInterrupted);
  } catch (const UsageError& error) {
    return report(error.what(), kWrongUsage);
  } catch (const Error& error) {
    return report(error.what(), kFailed);
  } catch (const std::exception& error) {
    return report_foreign(error.what());
  }
}

} // namespace nanobrain
