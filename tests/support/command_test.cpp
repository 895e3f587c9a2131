#include "tests/support/command_test.h"

#include <stdexcept>

namespace nanobrain::testing {

namespace {

/// The world's folder, made by the first test of this process that asks.
const fs::path& world() {
  static const fs::path folder = [] {
    const fs::path build = program().parent_path().parent_path();
    // No main program, no world: builds without LibTorch.
    if (!fs::exists(program())) return fs::path();
    const auto made =
        run_process({source_dir() / "tests/support/make_world.sh", build});
    if (made.exit_code != 0) throw std::runtime_error(made.out + made.err);
    return build / "tests/world";
  }();
  return folder;
}

} // namespace

CommandTest::CommandTest() {
  if (!world().empty()) fs::create_symlink(world(), dir_ / "world");
}

bool CommandTest::exists(const std::string& name) const {
  return fs::exists(dir_ / name);
}

std::string CommandTest::read(const std::string& name) const {
  return read_text(dir_ / name);
}

Json CommandTest::read_json(const std::string& name) const {
  return exists(name) ? Json::parse(read(name)) : Json();
}

void CommandTest::write(const std::string& name, std::string_view text) const {
  write_text(dir_ / name, text);
}

std::vector<std::string> CommandTest::shell(const std::string& line) const {
  const std::string bin = program().parent_path();
  const std::string scripts = source_dir() / "experiments";
  return {
      "/bin/bash",
      "-c",
      "cd '" + dir_.path().string() + "'; PATH='" + bin + ":" + scripts +
          "':$PATH; export NANOBRAIN='" + program().string() + "'\n" + line};
}

ProcessResult CommandTest::run(
    const std::string& line, const ProcessOptions& options) const {
  return run_process(shell(line), options);
}

ChildProcess CommandTest::start(const std::string& line) const {
  return ChildProcess(shell("exec " + line), path("stderr"));
}

std::string CommandTest::output(const std::string& line) const {
  const auto result = run(line);
  EXPECT_EQ(result.exit_code, 0) << line << "\n" << result.err;
  return result.out;
}

Json CommandTest::json(const std::string& line) const {
  const std::string text = output(line + " --json");
  return Json::accept(text) ? Json::parse(text) : Json();
}

void CommandTest::refused(
    int exit_code, const std::vector<Refusal>& refusals) const {
  ProcessResult result;
  const std::string* ran = nullptr;
  for (const auto& [line, words] : refusals) {
    SCOPED_TRACE(line);
    if (ran == nullptr || *ran != line) result = run(line);
    ran = &line;
    EXPECT_EQ(result.exit_code, exit_code);
    EXPECT_THAT(result.err, ::testing::HasSubstr(words));
    EXPECT_THAT(result.out, ::testing::IsEmpty());
  }
}

} // namespace nanobrain::testing
