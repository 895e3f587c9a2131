// Runs commands as a user types them, in a folder of the test's own.
#pragma once

#include "nanobrain/base/json.h"
#include "tests/support/child_process.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// A command line, and words of the message that refuses it.
struct Refusal {
  std::string line;
  std::string words;
};

/// Each test has a new folder, in which its commands run; "world" in it is the
/// world of make_world.sh, which all tests share and none changes.
class CommandTest : public ::testing::Test {
 protected:
  /// Throws std::runtime_error where there is no world and none can be made.
  CommandTest();

  /// Files of the folder.
  std::string path(const std::string& name) const { return dir_ / name; }
  bool exists(const std::string& name) const;
  std::string read(const std::string& name) const;
  /// null where there is no such file.
  Json read_json(const std::string& name) const;
  void write(const std::string& name, std::string_view text) const;

  /// A line for bash, in which nanobrain, nanobrain-run and the scripts of
  /// experiments/ are known by their names.
  ProcessResult run(
      const std::string& line, const ProcessOptions& options = {}) const;
  /// A command that runs beside the test; its stderr goes to the file "stderr".
  ChildProcess start(const std::string& line) const;
  /// What a command prints; it must succeed.
  std::string output(const std::string& line) const;
  /// What it prints under --json, which this adds.
  Json json(const std::string& line) const;
  /// Each line must end with `exit_code`, with its words on stderr and nothing
  /// on stdout. A line that comes again next is not run again.
  void refused(int exit_code, const std::vector<Refusal>& refusals) const;

  TempDir dir_;

 private:
  std::vector<std::string> shell(const std::string& line) const;
};

} // namespace nanobrain::testing
