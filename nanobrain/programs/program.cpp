#include "nanobrain/programs/program.h"

#include <unistd.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <cstdio>
#include <sstream>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kInterrupted = 130;

/// Keeps up to 256 MB of freed memory, and hands out blocks up to 32 MB from
/// it: the same tensors are needed in every pass of a model, and the page
/// faults of memory that went back to the kernel cost some 5 % of the time.
void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

void write_stdout(std::string_view text) {
  write_all(STDOUT_FILENO, text.data(), text.size(), "stdout");
}

/// A prompt or a path may be of any bytes: JSON has text only.
std::string dump(const Json& value, int indent) {
  const auto faults = Json::error_handler_t::replace;
  return value.dump(indent, ' ', false, faults) + "\n";
}

/// A message may quote what a file holds: megabytes, control characters.
std::string printable(std::string_view message) {
  constexpr size_t kMost = 2'000;
  std::string text(message.substr(0, kMost));
  if (message.size() > kMost) {
    text = replace_invalid_utf8(text) +
           fmt::format("... ({} bytes more)", message.size() - kMost);
  }
  return without_controls(text, "\n");
}

int report(const CLI::App& program, std::string_view message, int exit_code) {
  print_message("{}: {}", program.get_name(), printable(message));
  return exit_code;
}

/// An exception of LibTorch or the C++ library: LibTorch appends a backtrace,
/// the first line says it all.
int report_foreign(const CLI::App& program, std::string_view message) {
  for (const char* end : {"\n", "Exception raised from", "frame #0"}) {
    message = message.substr(0, message.find(end));
  }
  for (const char* sign : {"allocate memory", "out of memory", "bad_alloc"}) {
    if (message.find(sign) == message.npos) continue;
    return report(
        program, "out of memory; make the model or the batch smaller", kFailed);
  }
  return report(program, message, kFailed);
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

void Output::result(const Json& value) const {
  if (json()) write_stdout(dump(value, 2));
}

void Output::row(const Json& value) const {
  if (json()) write_stdout(dump(value, -1));
}

int run_program(
    CLI::App& program,
    const std::function<std::string()>& version,
    int argc,
    char** argv) {
  occupy_standard_descriptors();
  ignore_file_signals();
  keep_freed_memory();
  install_interrupt_handlers();
  program.require_subcommand(1);
  program.set_version_flag("--version", version, "print version and backend");
  check_values(program);
  try {
    parse(program, argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return report(program, describe_usage_error(program, error), kWrongUsage);
  } catch (const Interrupted& error) {
    return report(program, error.what(), kInterrupted);
  } catch (const UsageError& error) {
    return report(program, error.what(), kWrongUsage);
  } catch (const Error& error) {
    return report(program, error.what(), kFailed);
  } catch (const std::exception& error) {
    return report_foreign(program, error.what());
  }
}

} // namespace nanobrain
