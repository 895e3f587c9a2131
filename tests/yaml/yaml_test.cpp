#include "nanobrain/yaml/yaml.h"

#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;
using testing::write_text;

Json value_of(const std::string& text) {
  return parse_yaml(text, "text");
}

// YAML 1.2.2, section 10.3.2.
TEST(ParseYaml, ResolvesPlainScalarsByTheCoreSchema) {
  const std::map<std::string, Json> cases = {
      {"null", nullptr},
      {"~", nullptr},
      {"Null", nullptr},
      {"nULL", "nULL"},
      {"true", true},
      {"False", false},
      {"TRUE", true},
      {"yes", "yes"},
      {"on", "on"},
      {"0", 0},
      {"-0", 0},
      {"12", 12},
      {"-12", -12},
      {"+12", 12},
      {"0o14", 12},
      {"014", 14},
      {"0xC", 12},
      {"0x", "0x"},
      {"0o8", "0o8"},
      {"1_000", "1_000"},
      {"12e", "12e"},
      {"1e3", 1000.0},
      {"1E+3", 1000.0},
      {"4.0e-3", 0.004},
      {"1e-3", 0.001},
      {"-1.5", -1.5},
      {"+.5", 0.5},
      {"5.", 5.0},
      {".", "."},
      {"1.2.3", "1.2.3"},
      {"1.5 m", "1.5 m"},
      {".inf", INFINITY},
      {"-.INF", -INFINITY},
      {"inf", "inf"},
      {"nan", "nan"},
      {"infinity", "infinity"},
      {"-nan", "-nan"},
      {"+-1", "+-1"},
      {"1e400", INFINITY},
      {"1e-400", 0.0},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"18446744073709551615", UINT64_MAX},
      {"18446744073709551616", 0x1p64},
      {std::string(400, '9'), INFINITY},
      {"-9223372036854775809", -0x1p63},
      {"2024-01-01", "2024-01-01"},
      {"a b", "a b"},
  };
  for (const auto& [text, wanted] : cases) {
    const Json got = value_of("key: " + text).at("key");
    EXPECT_EQ(got, wanted) << text;
    // 12 == 12.0 for Json: the kinds must agree as well.
    EXPECT_EQ(got.is_number_float(), wanted.is_number_float()) << text;
  }
  EXPECT_TRUE(std::isnan(value_of(".nan").get<double>()));
}

TEST(ParseYaml, QuotedAndBlockScalarsAreStrings) {
  EXPECT_EQ(value_of("'12'"), "12");
  EXPECT_EQ(value_of("\"true\""), "true");
  EXPECT_EQ(value_of("\"\""), "");
  EXPECT_EQ(value_of("|\n  12\n"), "12\n");
  EXPECT_EQ(value_of("\"a\\n\\u20ac\""), "a\n\u20ac");
}

TEST(ParseYaml, TagsSayTheType) {
  EXPECT_EQ(value_of("!!str 12"), "12");
  EXPECT_TRUE(value_of("!!float 12").is_number_float());
  EXPECT_EQ(value_of("!!int 12"), 12);
  EXPECT_ERROR(
      UsageError,
      "the tag tag:yaml.org,2002:int is not understood",
      value_of("!!int x"));
  EXPECT_ERROR(
      UsageError,
      "line 2: the tag !mine is not understood",
      value_of("a: 1\nb: !mine 2"));
}

TEST(ParseYaml, ReadsARunsConfig) {
  const Json config = value_of(
      "# a comment\n"
      "model: {num_layers: 2, bias: false, activation: gelu}\n"
      "optimizer:\n"
      "  lr: 4.0e-3\n"
      "  betas: [0.9, 0.95]\n"
      "prompts:\n"
      "- The\n"
      "- \"\"\n"
      "rest:\n");
  EXPECT_EQ(
      config.dump(),
      R"({"model":{"num_layers":2,"bias":false,"activation":"gelu"},)"
      R"("optimizer":{"lr":0.004,"betas":[0.9,0.95]},)"
      R"("prompts":["The",""],"rest":null})");
}

TEST(ParseYaml, FollowsAliases) {
  EXPECT_EQ(value_of("a: &x [1, 2]\nb: *x").dump(), R"({"a":[1,2],"b":[1,2]})");
  EXPECT_ERROR(UsageError, "line 1: ", value_of("a: *nowhere"));
  EXPECT_ERROR(UsageError, "nested too deep or too large", value_of("&x [*x]"));
  // Nine levels of nine aliases are 387 million nodes.
  std::string bomb = "a0: &a0 [1]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format("a{0}: &a{0} [", i);
    for (int k = 0; k < 9; ++k) bomb += fmt::format("*a{}, ", i - 1);
    bomb += "]\n";
  }
  EXPECT_ERROR(UsageError, "nested too deep or too large", value_of(bomb));
}

TEST(ParseYaml, NamesFileAndLineOfAFault) {
  EXPECT_ERROR(
      UsageError,
      "[text] line 3: has the key \"a\" a second time; remove one of the two",
      value_of("a: 1\nb: 2\na: 3\n"));
  EXPECT_ERROR(
      UsageError,
      "[text] line 2: has the key \"c\" a second time",
      value_of("a:\n  {c: 1, c: 2}\n"));
  EXPECT_ERROR(
      UsageError,
      "[text] line 2: is not valid YAML: ",
      value_of("a: 1\nb: [1, }\n"));
  EXPECT_ERROR(
      UsageError, "[text] line 1: a key must be a word", value_of("[1, 2]: 3"));
  EXPECT_ERROR(
      UsageError,
      "[text] has 2 YAML documents; keep one",
      value_of("a: 1\n---\nb: 2\n"));
}

TEST(ParseYaml, DeepNestingIsAFaultNotACrash) {
  EXPECT_THROW(value_of(std::string(20000, '[')), UsageError);
  EXPECT_THROW(
      value_of(std::string(200, '[') + std::string(200, ']')), UsageError);
}

TEST(ReadYaml, NamesTheFileAndTakesAnEmptyOne) {
  const TempDir dir;
  write_text(dir / "run.yaml", "# nothing yet\n");
  EXPECT_EQ(read_yaml(dir / "run.yaml"), Json::object());
  write_text(dir / "run.yaml", "a: [");
  EXPECT_ERROR(UsageError, "run.yaml] line ", read_yaml(dir / "run.yaml"));
  EXPECT_ERROR(
      Error, "absent.yaml] cannot be opened", read_yaml(dir / "absent.yaml"));
}

TEST(ApplyOverride, SetsAValueOnThePath) {
  Json config = value_of("train: {steps: 10, seed: 1}");
  apply_override(config, "train.steps=200");
  apply_override(config, "optimizer.betas=[0.9, 1e-3]");
  apply_override(config, "data.train=a=b.tokens");
  apply_override(config, "name='12'");
  apply_override(config, "train.seed=");
  EXPECT_EQ(
      config.dump(),
      R"({"train":{"steps":200,"seed":null},)"
      R"("optimizer":{"betas":[0.9,0.001]},"data":{"train":"a=b.tokens"},)"
      R"("name":"12"})");
  Json nothing;
  apply_override(nothing, "a.b=1");
  EXPECT_EQ(nothing.dump(), R"({"a":{"b":1}})");
}

TEST(ApplyOverride, SaysWhatIsWrong) {
  Json config = value_of("train: {steps: 10}");
  EXPECT_ERROR(
      UsageError,
      "[--set train.steps] must be KEY=VALUE",
      apply_override(config, "train.steps"));
  EXPECT_ERROR(UsageError, "must be KEY=VALUE", apply_override(config, "=1"));
  EXPECT_ERROR(
      UsageError,
      "has an empty part in its key",
      apply_override(config, "train..steps=1"));
  EXPECT_ERROR(
      UsageError,
      "\"x\" lies under a value that has no keys",
      apply_override(config, "train.steps.x=1"));
  EXPECT_ERROR(
      UsageError,
      "[--set train.steps=[1] line 1: is not valid YAML",
      apply_override(config, "train.steps=[1"));
}

} // namespace
} // namespace nanobrain
