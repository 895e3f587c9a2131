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

TEST(Fields, DescribesEachFieldOnALine) {
  const std::string text = describe_fields(Outer());
  EXPECT_THAT(text, ::testing::HasSubstr("  steps = 10: how many\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("  inner.rate = 0.5: the rate\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("  limit = null: at most\n"));
}

} // namespace
} // namespace nanobrain
