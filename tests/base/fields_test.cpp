#include "nanobrain/base/fields.h"

#include "nanobrain/base/error.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

struct Inner {
  double rate = 0.5;
  std::array<double, 2> betas = {0.9, 0.95};

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(rate, "the rate");
    FIELD(betas, "two decays");
  }
};

enum class Kind { kPlain, kNested, kNone };
constexpr auto words(Kind) {
  return std::array{"plain", "nested", "none"};
}

struct Outer {
  bool flag = false;
  int64_t steps = 10;
  Kind kind = Kind::kPlain;
  std::string word = "x";
  std::filesystem::path file = "a/b";
  std::optional<int64_t> limit;
  std::vector<std::string> names = {"x"};
  std::vector<Inner> list;
  Inner inner;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(flag, "on or off");
    FIELD(steps, "how many");
    FIELD(kind, "which");
    FIELD(word, "any");
    FIELD(file, "where");
    FIELD(limit, "at most");
    FIELD(names, "of all");
    FIELD(list, "many");
    FIELD(inner, "");
  }
};

Outer read(const std::string& yaml) {
  Outer config;
  read_fields(parse_yaml(yaml, "run.yaml"), "run.yaml", config);
  return config;
}

TEST(Fields, ReadsWhatIsThereAndLeavesTheRest) {
  const Outer config = read(
      "steps: 20\n"
      "kind: nested\n"
      "inner: {betas: [0, 1.5]}\n"
      "file: c/d\n"
      "limit: 7\n"
      "names: []\n"
      "list: [{rate: 1}, {}]\n");
  EXPECT_EQ(config.steps, 20);
  EXPECT_EQ(config.kind, Kind::kNested);
  EXPECT_EQ(config.inner.rate, 0.5);
  EXPECT_EQ(config.inner.betas, (std::array<double, 2>{0, 1.5}));
  EXPECT_EQ(config.file, "c/d");
  EXPECT_EQ(config.limit, 7);
  EXPECT_TRUE(config.names.empty());
  EXPECT_EQ(config.list.size(), 2u);
  EXPECT_EQ(config.list[0].rate, 1.0);
  EXPECT_EQ(config.list[1].rate, 0.5);
  EXPECT_FALSE(config.flag);
  EXPECT_EQ(config.word, "x");
  EXPECT_EQ(read("limit: null").limit, std::nullopt);
  EXPECT_EQ(read("steps: 1e6").steps, 1'000'000);
  EXPECT_EQ(read("steps: 9223372036854775807").steps, INT64_MAX);
  EXPECT_EQ(read("steps: -9223372036854775808").steps, INT64_MIN);
}

TEST(Fields, NamesTheKeyAndTheValueThatCannotBe) {
  for (const char* wrong :
       {"1.5", "1e30", ".nan", ".inf", "18446744073709551615", "true", "'7'"}) {
    EXPECT_ERROR(
        UsageError,
        "[run.yaml.steps] must be an integer, but is ",
        read(std::string("steps: ") + wrong));
  }
  const std::pair<const char*, const char*> cases[] = {
      {"stesp: 1", "[run.yaml] has no key \"stesp\"; did you mean steps?"},
      {"inner: {zzzzzzz: 1}", ".inner] has no key \"zzzzzzz\"; known: rate, b"},
      {"list: [{}, {rat: 1}]", "[run.yaml.list[1]] has no key \"rat\""},
      {"flag: 1", "[run.yaml.flag] must be true or false, but is 1"},
      {"flag: yes", "must be true or false, but is \"yes\""},
      {"word: 5", "[run.yaml.word] must be a string, but is 5"},
      {"kind: 5", "[run.yaml.kind] must be a string, but is 5"},
      {"kind: plian", "kind] must be plain, nested or none, but is \"plian\""},
      {"file: [a]", "[run.yaml.file] must be a path, but is [\"a\"]"},
      {"names: x", "[run.yaml.names] must be a list, but is \"x\""},
      {"names: [x, 1]", "[run.yaml.names[1]] must be a string"},
      {"limit: x", "[run.yaml.limit] must be an integer"},
      {"inner: 5", "[run.yaml.inner] must be a mapping of keys to values"},
      {"inner: {rate: fast}", "[run.yaml.inner.rate] must be a finite number"},
      {"inner: {rate: .nan}", "must be a finite number, but is nan"},
      {"inner: {rate: -.inf}", "must be a finite number, but is -inf"},
      {"inner: {betas: [1]}", ".betas] must be a list of 2 values, but is [1]"},
      {"inner: {betas: [1, x]}", "[run.yaml.inner.betas[1]] must be a"},
      {"[1]", "[run.yaml] must be a mapping of keys to values, but is [1]"},
      {"word: \"\\x01\"\nflag: \"\\xe9\"", "must be true or false"}};
  for (const auto& [yaml, message] : cases) {
    EXPECT_ERROR(UsageError, message, read(yaml));
  }
}

TEST(Fields, WhatIsWrittenIsRead) {
  Outer config;
  config.steps = 99;
  config.kind = Kind::kNone;
  config.limit = 3;
  config.inner.rate = 0.1;
  config.list = {{}, {0.25, {1, 2}}};
  const Json written = write_fields(config);
  EXPECT_EQ(
      written.dump(),
      R"({"flag":false,"steps":99,"kind":"none","word":"x","file":"a/b",)"
      R"("limit":3,"names":["x"],"list":[{"rate":0.5,"betas":[0.9,0.95]},)"
      R"({"rate":0.25,"betas":[1.0,2.0]}],)"
      R"("inner":{"rate":0.1,"betas":[0.9,0.95]}})");
  Outer again;
  read_fields(written, "written", again);
  EXPECT_EQ(write_fields(again), written);
  EXPECT_TRUE(write_fields(Outer())["limit"].is_null());
}

struct Bounded {
  int64_t steps = 10;
  std::string word = "plain";
  std::array<double, 2> betas = {0.9, 0.95};
  std::optional<int64_t> limit;
  std::filesystem::path file = "a";

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(steps, "how many", at_least(1), at_most(1 << 24));
    FIELD(word, "which", one_of({"plain", "nested", "none"}));
    FIELD(betas, "two decays", from_below(0, 1));
    FIELD(limit, "if any", positive());
    FIELD(file, "where", may_change);
  }
};

struct Nested {
  Bounded one;
  Kind kind = Kind::kPlain;
  std::vector<std::string> words = {"x"};

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(one, "");
    FIELD(kind, "of it");
    FIELD(words, "to print", one_of({"x", "y"}), may_change);
  }
};

TEST(Fields, ChecksTheRulesOfEachField) {
  const std::pair<void (*)(Nested&), const char*> cases[] = {
      {[](Nested& c) { c.one.steps = 0; },
       "[one.steps] must be at least 1, but is 0"},
      {[](Nested& c) { c.one.steps = 16'777'217; },
       "[one.steps] must be at most 16777216, but is 16777217"},
      {[](Nested& c) { c.one.word = "plian"; },
       "[one.word] must be plain, nested or none, but is \"plian\"; did you "
       "mean plain?"},
      {[](Nested& c) { c.one.betas[1] = 1; },
       "[one.betas] must be in [0, 1), but one is 1"},
      {[](Nested& c) { c.one.limit = 0; },
       "[one.limit] must be positive, but is 0"},
      {[](Nested& c) {
         c.words = {"y", "z"};
       },
       "[words] must be x or y, but one is \"z\""}};
  EXPECT_NO_THROW(check_fields(Nested{}));
  for (const auto& [change, message] : cases) {
    Nested config;
    change(config);
    EXPECT_ERROR(UsageError, message, check_fields(config));
  }
  Bounded config;
  config.steps = -1;
  EXPECT_ERROR(UsageError, "[model.steps]", check_fields(config, "model."));
}

TEST(Fields, EveryRuleSaysWhatItHolds) {
  const auto expect = [](const FieldRule& rule,
                         const std::string& text,
                         std::vector<double> inside,
                         std::vector<double> outside) {
    SCOPED_TRACE(text);
    EXPECT_EQ(rule.text, text);
    for (const double value : inside) EXPECT_TRUE(rule.contains(value));
    for (const double value : outside) EXPECT_FALSE(rule.contains(value));
  };
  expect(at_least(1), "at least 1", {1, 1e300}, {0, -5});
  expect(at_most(1e9), "at most 1000000000", {-1e300, 1e9}, {1e9 + 1});
  expect(from_to(0, 0.5), "from 0 to 0.5", {0, 0.5}, {-0.1, 0.6});
  expect(positive(), "positive", {1e-300, 4}, {0, -1});
  expect(between(0, 1), "between 0 and 1", {0.5}, {0, 1});
  expect(from_below(0, 1), "in [0, 1)", {0, 0.99}, {1, -0.1});
}

TEST(Fields, ResumeComparesAllButWhatMayChange) {
  const Nested before;
  Nested now;
  now.one.file = "b";
  now.words = {"y"};
  EXPECT_NO_THROW(require_resumable(before, now));
  now.one.limit = 4;
  EXPECT_ERROR(
      UsageError,
      "[one.limit] is null in the run to resume, but 4 now; leave it",
      require_resumable(before, now));
}

TEST(Fields, DescribesEachFieldOnALine) {
  EXPECT_EQ(
      describe_fields(Nested()),
      "  one.steps = 10: how many (at least 1, at most 16777216)\n"
      "  one.word = \"plain\": which (plain, nested or none)\n"
      "  one.betas = [0.9,0.95]: two decays (in [0, 1))\n"
      "  one.limit = null: if any (positive)\n"
      "  one.file = \"a\": where (may change on resume)\n"
      "  kind = \"plain\": of it (plain, nested or none)\n"
      "  words = [\"x\"]: to print (x or y, may change on resume)\n");
  EXPECT_THAT(
      describe_fields(Outer()),
      ::testing::HasSubstr("  inner.rate = 0.5: the rate\n"));
}

} // namespace
} // namespace nanobrain
