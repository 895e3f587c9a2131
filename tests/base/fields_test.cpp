#include "nanobrain/base/fields.h"

#include "nanobrain/yaml/yaml.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

struct Inner {
  double rate = 0.5;
  std::array<double, 2> betas = {0.9, 0.95};

  template <class Visitor>
  void visit(Visitor&& field) {
    field("rate", rate, "the rate");
    field("betas", betas, "two decays");
  }
};

struct Outer {
  bool flag = false;
  int64_t steps = 10;
  std::string kind = "plain";
  std::filesystem::path file = "a/b";
  std::optional<int64_t> limit;
  std::vector<std::string> names = {"x"};
  std::vector<Inner> list;
  Inner inner;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("flag", flag, "on or off");
    field("steps", steps, "how many");
    field("kind", kind, "which");
    field("file", file, "where");
    field("limit", limit, "at most");
    field("names", names, "of all");
    field("list", list, "many");
    field("inner", inner, "");
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
      "inner: {betas: [0, 1.5]}\n"
      "file: c/d\n"
      "limit: 7\n"
      "names: []\n"
      "list: [{rate: 1}, {}]\n");
  EXPECT_EQ(config.steps, 20);
  EXPECT_EQ(config.inner.rate, 0.5);
  EXPECT_EQ(config.inner.betas, (std::array<double, 2>{0, 1.5}));
  EXPECT_EQ(config.file, "c/d");
  EXPECT_EQ(config.limit, 7);
  EXPECT_TRUE(config.names.empty());
  EXPECT_EQ(config.list.size(), 2u);
  EXPECT_EQ(config.list[0].rate, 1.0);
  EXPECT_EQ(config.list[1].rate, 0.5);
  EXPECT_FALSE(config.flag);
  EXPECT_EQ(config.kind, "plain");
  EXPECT_EQ(read("limit: null").limit, std::nullopt);
}

TEST(Fields, TakesWholeFloatsForIntegers) {
  EXPECT_EQ(read("steps: 1e6").steps, 1'000'000);
  EXPECT_EQ(read("steps: -9223372036854775808").steps, INT64_MIN);
  for (const char* wrong :
       {"1.5", "1e30", ".nan", ".inf", "18446744073709551615", "true", "'7'"}) {
    EXPECT_ERROR(
        UsageError,
        "[run.yaml.steps] must be an integer, but is ",
        read(std::string("steps: ") + wrong));
  }
}

TEST(Fields, NamesTheNearestKey) {
  EXPECT_ERROR(
      UsageError,
      "[run.yaml] has no key \"stesp\"; did you mean steps?",
      read("stesp: 1"));
  EXPECT_ERROR(
      UsageError,
      "[run.yaml.inner] has no key \"zzzzzzzzz\"; known: rate, betas",
      read("inner: {zzzzzzzzz: 1}"));
  EXPECT_ERROR(
      UsageError,
      "[run.yaml.list[1]] has no key \"rat\"",
      read("list: [{}, {rat: 1}]"));
}

TEST(Fields, NamesTheValueOfAWrongType) {
  const auto expect = [](const std::string& yaml, const std::string& message) {
    EXPECT_ERROR(UsageError, message, read(yaml));
  };
  expect("flag: 1", "[run.yaml.flag] must be true or false, but is 1");
  expect("flag: yes", "must be true or false, but is \"yes\"");
  expect("kind: 5", "[run.yaml.kind] must be a string, but is 5");
  expect("file: [a]", "[run.yaml.file] must be a path, but is [\"a\"]");
  expect("names: x", "[run.yaml.names] must be a list, but is \"x\"");
  expect("names: [x, 1]", "[run.yaml.names[1]] must be a string");
  expect("limit: x", "[run.yaml.limit] must be an integer");
  expect("inner: 5", "[run.yaml.inner] must be a mapping of keys to values");
  expect(
      "inner: {rate: fast}", "[run.yaml.inner.rate] must be a finite number");
  expect("inner: {rate: .nan}", "must be a finite number, but is nan");
  expect("inner: {rate: -.inf}", "must be a finite number, but is -inf");
  expect(
      "inner: {betas: [1]}",
      "[run.yaml.inner.betas] must be a list of 2 values, but is [1]");
  expect("inner: {betas: [1, x]}", "[run.yaml.inner.betas[1]] must be a");
  expect("[1]", "[run.yaml] must be a mapping of keys to values, but is [1]");
  expect("kind: \"\\x01\"\nflag: \"\\xe9\"", "must be true or false");
}

TEST(Fields, WhatIsWrittenIsRead) {
  Outer config;
  config.steps = 99;
  config.limit = 3;
  config.inner.rate = 0.1;
  config.list = {{}, {0.25, {1, 2}}};
  const Json written = write_fields(config);
  EXPECT_EQ(
      written.dump(),
      R"({"flag":false,"steps":99,"kind":"plain","file":"a/b","limit":3,)"
      R"("names":["x"],"list":[{"rate":0.5,"betas":[0.9,0.95]},)"
      R"({"rate":0.25,"betas":[1.0,2.0]}],)"
      R"("inner":{"rate":0.1,"betas":[0.9,0.95]}})");
  Outer again;
  read_fields(written, "written", again);
  EXPECT_EQ(write_fields(again), written);
  EXPECT_TRUE(write_fields(Outer())["limit"].is_null());
}

struct Bounded {
  int64_t steps = 10;
  std::string kind = "plain";
  std::array<double, 2> betas = {0.9, 0.95};
  std::optional<int64_t> limit;
  std::filesystem::path file = "a";

  template <class Visitor>
  void visit(Visitor&& field) {
    field("steps", steps, "how many", at_least(1), at_most(1 << 24));
    field("kind", kind, "which", one_of({"plain", "nested", "none"}));
    field("betas", betas, "two decays", from_below(0, 1));
    field("limit", limit, "if any", positive());
    field("file", file, "where", may_change);
  }
};

struct Nested {
  Bounded one;
  std::vector<std::string> words = {"x"};

  template <class Visitor>
  void visit(Visitor&& field) {
    field("one", one, "");
    field("words", words, "to print", one_of({"x", "y"}), may_change);
  }
};

TEST(Fields, ChecksTheRulesOfEachField) {
  const auto refused = [](auto&& change, const std::string& message) {
    Nested config;
    change(config);
    EXPECT_ERROR(UsageError, message, check_fields(config));
  };
  EXPECT_NO_THROW(check_fields(Nested{}));
  refused(
      [](Nested& c) { c.one.steps = 0; },
      "[one.steps] must be at least 1, but is 0");
  refused(
      [](Nested& c) { c.one.steps = 16'777'217; },
      "[one.steps] must be at most 16777216, but is 16777217");
  refused(
      [](Nested& c) { c.one.kind = "plian"; },
      "[one.kind] cannot be \"plian\"; did you mean plain?");
  refused(
      [](Nested& c) { c.one.betas[1] = 1; },
      "[one.betas] must be in [0, 1), but one is 1");
  refused(
      [](Nested& c) { c.one.limit = 0; },
      "[one.limit] must be positive, but is 0");
  refused([](Nested& c) { c.words = {"y", "z"}; }, "[words] cannot be \"z\"");
  Bounded config;
  config.steps = -1;
  EXPECT_ERROR(
      UsageError, "[model.steps] must", check_fields(config, "model."));
}

TEST(Fields, EveryKindOfLimitsSaysWhatItHolds) {
  const auto expect = [](const Limits& limits,
                         const std::string& text,
                         std::vector<double> inside,
                         std::vector<double> outside) {
    SCOPED_TRACE(text);
    EXPECT_EQ(limits.text(), text);
    for (const double value : inside) EXPECT_TRUE(limits.contain(value));
    for (const double value : outside) EXPECT_FALSE(limits.contain(value));
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

TEST(Fields, DescribesTheRulesOfEachField) {
  EXPECT_EQ(
      describe_fields(Nested()),
      "  one.steps = 10: how many (at least 1, at most 16777216)\n"
      "  one.kind = \"plain\": which (plain, nested or none)\n"
      "  one.betas = [0.9,0.95]: two decays (in [0, 1))\n"
      "  one.limit = null: if any (positive)\n"
      "  one.file = \"a\": where (may change on resume)\n"
      "  words = [\"x\"]: to print (x or y, may change on resume)\n");
}

TEST(Fields, DescribesEachFieldOnALine) {
  const std::string text = describe_fields(Outer());
  EXPECT_THAT(text, ::testing::HasSubstr("  steps = 10: how many\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("  inner.rate = 0.5: the rate\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("  limit = null: at most\n"));
}

} // namespace
} // namespace nanobrain
