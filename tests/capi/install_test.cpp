// The C library as users get it: installed, found by pkg-config and CMake,
// linked to a C program, loaded by Python.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/int8_model.h"
#include "nanobrain/runtime/session.h"
#include "tests/capi/capi_fixture.h"

namespace nanobrain::testing {
namespace {

const fs::path kBuild = NANOBRAIN_BINARY_DIR;
const fs::path kExample = source_dir() / "examples/generate.c";

std::string run(
    const std::vector<std::string>& arguments,
    const ProcessOptions& options = {}) {
  const ProcessResult result = run_process(arguments, options);
  EXPECT_EQ(result.exit_code, 0) << arguments[0] << "\n"
                                 << result.out << result.err;
  return result.out;
}

/// The installed tree, moved after the installation.
class CInstalled : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = std::make_unique<TempDir>();
    run(
        {"cmake",
         "--install",
         kBuild,
         "--component",
         "runtime",
         "--prefix",
         *dir_ / "before"});
    fs::rename(*dir_ / "before", prefix());
  }
  static void TearDownTestSuite() { dir_.reset(); }

  static fs::path prefix() { return *dir_ / "prefix"; }
  static fs::path libraries() { return prefix() / NANOBRAIN_LIBDIR; }
  static ProcessOptions environment() {
    return {
        .environment = {
            {"PKG_CONFIG_PATH", libraries() / "pkgconfig"},
            {"LD_LIBRARY_PATH", libraries()},
            {"NANOBRAIN_RUNTIME", libraries() / "libnanobrain_runtime.so"}}};
  }
  /// The example, linked by pkg-config.
  static fs::path compile(
      const std::string& name,
      const std::string& compiler_flags,
      const std::string& pkg_config_flags) {
    const fs::path program = *dir_ / name;
    run({"bash",
         "-c",
         fmt::format(
             "'{}' -std=c99 -Wall -Wextra -Wpedantic -Werror '{}' -o '{}' {} "
             "$(pkg-config {} nanobrain_runtime)",
             NANOBRAIN_C_COMPILER,
             kExample.string(),
             program.string(),
             compiler_flags,
             pkg_config_flags)},
        environment());
    return program;
  }
  /// Greedy text and the loss of the prompt are the engine's.
  static void expect_generates(const fs::path& program) {
    const CapiFolder folder;
    const std::string prompt = "the cat is sleeping, the";
    const ProcessResult result =
        run_process({program, folder.path(), prompt, "40", "0"}, environment());
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto model = RuntimeModel::load(folder.path());
    const LexicalTokenizer tokenizer = capi_tokenizer();
    const auto predictor = make_int8_model(model)->make_predictor(1);
    const Generated generated = generate(
        *predictor,
        tokenizer,
        prompt,
        {.max_tokens = 40, .sampler = {.temperature = 0}});
    std::string text;
    for (const TokenId id : generated.ids) text += tokenizer.bytes_of(id);
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(result.out, text + "\n");

    std::vector<TokenId> ids = {tokenizer.end_of_text()};
    for (const TokenId id : tokenizer.encode(prompt)) ids.push_back(id);
    std::vector<float> losses(ids.size() - 1);
    Session(model, std::make_shared<ThreadPool>(1))
        .score(
            std::span(ids).first(losses.size()),
            std::span(ids).last(losses.size()),
            losses);
    double sum = 0;
    for (const float loss : losses) sum += loss;
    EXPECT_EQ(
        result.err,
        fmt::format(
            "{:.6f} nats a token of the prompt\n",
            sum / static_cast<double>(losses.size())));
  }

 private:
  static inline std::unique_ptr<TempDir> dir_;
};

TEST_F(CInstalled, ProgramsFindItByPkgConfig) {
  EXPECT_EQ(
      run({"pkg-config", "--modversion", "nanobrain_runtime"}, environment()),
      std::string(nb_version()) + "\n");
  expect_generates(compile("shared", "", "--cflags --libs"));
  run({prefix() / "bin" / "nanobrain-run", "--version"}, environment());
}

TEST_F(CInstalled, ProgramsLinkItStatically) {
  expect_generates(compile("static", "-static", "--static --cflags --libs"));
}

TEST_F(CInstalled, ProgramsFindItByCMake) {
  const TempDir build;
  run(
      {"cmake",
       "-S",
       source_dir() / "tests/capi/consumer",
       "-B",
       build.path(),
       "-DCMAKE_PREFIX_PATH=" + prefix().string(),
       "-DEXAMPLE=" + kExample.string()});
  run({"cmake", "--build", build.path()});
  expect_generates(build / "generate_runtime");
  expect_generates(build / "generate_runtime_static");
}

TEST_F(CInstalled, PythonLoadsIt) {
  const fs::path golden = source_dir() / "tests/golden";
  const std::string out =
      run({python(),
           source_dir() / "tests/capi/golden_logits.py",
           golden / "int8_erf",
           golden / "int8_tanh"},
          environment());
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
}

TEST_F(CInstalled, ShowsOnlyItsOwnFunctions) {
  std::istringstream symbols(run(
      {"nm",
       "-D",
       "--defined-only",
       "--format=posix",
       libraries() / "libnanobrain_runtime.so"}));
  int functions = 0;
  for (std::string line; std::getline(symbols, line); ++functions) {
    EXPECT_THAT(line, ::testing::MatchesRegex("nb_[a-z_]+ T .*"));
  }
  EXPECT_EQ(functions, 23);
}

TEST_F(CInstalled, NeedsTheCAndCppLibrariesOnly) {
  const std::string dynamic =
      run({"readelf", "-d", libraries() / "libnanobrain_runtime.so"});
  EXPECT_THAT(
      dynamic, ::testing::HasSubstr("soname: [libnanobrain_runtime.so.0]"));
  std::istringstream lines(dynamic);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("(NEEDED)") == std::string::npos) continue;
    EXPECT_THAT(
        line, ::testing::ContainsRegex("lib(stdc..|m|gcc_s|c)\\.so|ld-linux"));
  }
}

} // namespace
} // namespace nanobrain::testing
