// nanobrain compare as a script calls it.
#include <cmath>

#include "tests/cli/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// Two GPT-2 directories that transformers made, with different tokenizers,
/// and a text.
class CompareCommand : public CommandTest {
 protected:
  void SetUp() override {
    make_text(20000);
    make_gpt2("a", 300);
    make_gpt2("b", 500);
  }

  std::vector<std::string> comparison(std::vector<std::string> more) const {
    more.insert(
        more.begin(),
        {"compare", "--model", path("a"), "--input", path("text.txt")});
    return more;
  }
  ProcessResult compare(const std::vector<std::string>& more) const {
    return run(comparison(more));
  }
  void refused(
      const std::vector<std::string>& more,
      int exit_code,
      const std::string& message) const {
    CommandTest::refused(comparison(more), exit_code, message);
  }
};

TEST_F(CompareCommand, OneRunGivesTheTableInEveryForm) {
  const std::vector<std::string> flags = {
      "--model",
      path("b"),
      "--protocol",
      "hf",
      "--reference",
      "gpt2-small-published",
      "--csv",
      path("table.csv"),
      "--markdown",
      path("table.md"),
      "--output",
      path("table.json")};
  const auto text = compare(flags);
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("windows of every model: context 32"));
  EXPECT_THAT(text.out, HasSubstr("published [1]"));
  EXPECT_THAT(text.out, HasSubstr("not comparable"));
  const Json table = Json::parse(read_text(path("table.json")));
  const Json& rows = table["rows"];
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[0]["model"], path("a"));
  EXPECT_GT(rows[0]["tokens"], rows[1]["tokens"]);
  for (size_t i = 0; i < 2; ++i) {
    const double nats = rows[i]["nats_per_token"];
    EXPECT_NEAR(
        rows[i]["bits_per_byte"].get<double>(),
        nats * rows[i]["tokens"].get<double>() / std::log(2) /
            rows[i]["bytes"].get<double>(),
        1e-9);
    const Json& interval = rows[i]["intervals"]["bits_per_byte"];
    EXPECT_LT(interval[0], rows[i]["bits_per_byte"]);
    EXPECT_GT(interval[1], rows[i]["bits_per_byte"]);
  }
  EXPECT_THAT(read_text(path("table.csv")), HasSubstr(path("b") + ",false,32"));
  EXPECT_THAT(read_text(path("table.md")), HasSubstr("| " + path("b") + " |"));

  // Nothing is replaced unless forced; the figures are the same again.
  refused(flags, 1, "table.csv exists already");
  auto forced = flags;
  forced.insert(forced.end(), {"--force", "--json"});
  const auto json = compare(forced);
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const Json printed = Json::parse(json.out);
  EXPECT_EQ(printed["rows"][1]["intervals"], rows[1]["intervals"]);
}

TEST_F(CompareCommand, RefusesBadInput) {
  const auto none = run({"compare", "--input", path("text.txt")});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("--model"));
  refused({"--model", path("a")}, 2, "comes twice");
  refused({"--model", path("absent")}, 1, "absent is neither a model folder");
  refused({"--model", path("text.txt")}, 1, "text.txt is neither a model");
  refused({"--context", "33"}, 2, path("a") + " takes 32 at most");
  refused({"--reference", "gpt3"}, 2, "knows no \"gpt3\"");
  refused({"--protocol", "guide"}, 2, "guide");
  const std::string csv = path("one.csv");
  refused(
      {"--csv", csv, "--markdown", csv}, 2, "--csv and --markdown both name");
  refused({"--csv", path("text.txt"), "--force"}, 2, "--input and --csv both");
  // A tokenizer of another model.
  for (const char* file : {"vocab.json", "merges.txt"}) {
    fs::copy_file(
        path("b") + "/" + file,
        path("a") + "/" + file,
        fs::copy_options::overwrite_existing);
  }
  refused({}, 1, "the tokenizer has 500 ids, but the model only 300");
}

} // namespace
} // namespace nanobrain::testing
