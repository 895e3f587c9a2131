#include "nanobrain/yaml/yaml.h"

#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "nanobrain/base/utf8.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

Json value_of(const std::string& text) {
  return parse_yaml(text, "text");
}

// YAML 1.2.2, section 10.3.2.
TEST(ParseYaml, ResolvesScalarsByTheCoreSchema) {
  const std::map<std::string, Json> cases = {
      {"0", 0},
      {"-0", 0},
      {"12", 12},
      {"-12", -12},
      {"+12", 12},
      {"0o14", 12},
      {"014", 14},
      {"0xC", 12},
      {"1e3", 1000.0},
      {"1E+3", 1000.0},
      {"4.0e-3", 0.004},
      {"1e-3", 0.001},
      {"-1.5", -1.5},
      {"+.5", 0.5},
      {"5.", 5.0},
      {".inf", INFINITY},
      {"-.INF", -INFINITY},
      {"1e400", INFINITY},
      {"1e-400", 0.0},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"18446744073709551615", UINT64_MAX},
      {"18446744073709551616", 0x1p64},
      {std::string(400, '9'), INFINITY},
      {"-9223372036854775809", -0x1p63},
      {"null", nullptr},
      {"~", nullptr},
      {"Null", nullptr},
      {"true", true},
      {"TRUE", true},
      {"False", false},
      // Quoted and in blocks: strings.
      {"'12'", "12"},
      {"\"true\"", "true"},
      {"\"\"", ""},
      {"|\n  12\n", "12\n"},
      {"\"a\\n\\u20ac\"", "a\n\u20ac"},
      // A tag says the type.
      {"!!str 12", "12"},
      {"!!float 12", 12.0},
      {"!!int 12", 12}};
  for (const auto& [text, wanted] : cases) {
    const Json got = value_of("key: " + text).at("key");
    EXPECT_EQ(got, wanted) << text;
    // 12 == 12.0 for Json: the kinds must agree as well.
    EXPECT_EQ(got.is_number_float(), wanted.is_number_float()) << text;
  }
  for (const char* text :
       {"nULL",
        "yes",
        "on",
        "0x",
        "0o8",
        "1_000",
        "12e",
        ".",
        "inf",
        "1.2.3",
        "1.5 m",
        "nan",
        "a b",
        "infinity",
        "-nan",
        "+-1",
        "2024-01-01"}) {
    EXPECT_EQ(value_of(text), text);
  }
  EXPECT_TRUE(std::isnan(value_of(".nan").get<double>()));
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
  const std::string deep(200, '[');
  for (const auto& [text, words] :
       std::vector<std::pair<std::string, const char*>>{
           {"a: 1\nb: 2\na: 3\n",
            "[text] line 3: has the key \"a\" a second time; remove one of "
            "the"},
           {"a:\n  {c: 1, c: 2}\n", "line 2: has the key \"c\" a second time"},
           {"a: 1\nb: [1, }\n", "[text] line 2: is not valid YAML: "},
           {"[1, 2]: 3", "[text] line 1: a key must be a word"},
           {"a: 1\n---\nb: 2\n", "[text] has 2 YAML documents; keep one"},
           {"!!int x", "the tag !!int is not understood"},
           {"a: 1\nb: !mine 2", "line 2: the tag !mine is not understood"},
           {"a: *nowhere", "line 1: "},
           {"&x [*x]", "nested too deep or too large"},
           {deep + std::string(200, ']'), "nested too deep or too large"},
           {std::string(20000, '['), "line "}}) {
    EXPECT_ERROR(UsageError, words, value_of(text));
  }
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
  apply_override(config, "train.seed=null");
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
  for (const auto& [assignment, words] :
       {std::pair("train.steps", "[--set train.steps] must be KEY=VALUE"),
        std::pair("=1", "must be KEY=VALUE"),
        std::pair("train.steps=", "must be KEY=VALUE"),
        std::pair("train..steps=1", "has an empty part in its key"),
        std::pair("train.steps.x=1", "\"x\" is under a value that has no keys"),
        std::pair(
            "train.steps=[1",
            "[--set train.steps=[1] line 1: is not valid YAML")}) {
    Json config = value_of("train: {steps: 10}");
    EXPECT_ERROR(UsageError, words, apply_override(config, assignment));
  }
}

TEST(FlatKeys, JoinTheirParts) {
  EXPECT_EQ(
      flat_keys(value_of("a: {b: {c: 1, d: [2]}, e: null, f: {}}\ng: x"))
          .dump(),
      R"({"a.b.c":1,"a.b.d":[2],"a.e":null,"g":"x"})");
}

// to_yaml() against its reader, and against PyYAML's, which is of YAML 1.1.

TEST(ToYaml, ReadsWell) {
  const Json config = parse_json(
      R"({"model":{"num_layers":2,"bias":false,"activation":"gelu_new"},
          "data":{"train":"/data/a b.tokens","val":""},
          "optimizer":{"lr":0.004,"epsilon":1e-08,"betas":[0.9,0.95]},
          "grid":[{"kind":"a","size":1},[1,[2]],[],{}],"none":null})",
      "text");
  EXPECT_EQ(
      to_yaml(config),
      "model:\n"
      "  num_layers: 2\n"
      "  bias: false\n"
      "  activation: gelu_new\n"
      "data:\n"
      "  train: /data/a b.tokens\n"
      "  val: \"\"\n"
      "optimizer:\n"
      "  lr: 0.004\n"
      "  epsilon: 1.0e-08\n"
      "  betas: [0.9, 0.95]\n"
      "grid:\n"
      "  - kind: a\n"
      "    size: 1\n"
      "  - - 1\n"
      "    - [2]\n"
      "  - []\n"
      "  - {}\n"
      "none: null\n");
}

TEST(ToYaml, QuotesWhatWouldBeReadAsSomethingElse) {
  for (const char* text :
       {"12",   "1e3", "0x1F", "true", "No",  "null",       "~",
        ".inf", "",    " a",   "a ",   "- a", "a: b",       "a #b",
        "[a]",  "{a}", "*a",   "&a",   "!a",  "'a'",        "a\nb",
        "\"",   "\\",  "%a",   "@a",   "`a",  "2024-01-01", "1:30",
        "=",    "<<",  "---",  "...",  "?"}) {
    const std::string yaml = to_yaml({{"key", text}});
    EXPECT_THAT(yaml, ::testing::StartsWith("key: \"")) << yaml;
    EXPECT_EQ(parse_yaml(yaml, "text")["key"], text);
  }
}

std::string random_string(Random& random) {
  static const std::u32string kCharacters =
      U"aZ09 -:#,[]{}&*!|>'\"%@`\\\n\t\r.e+~?/_=<\x01\x04\x1b\x7f\u0080\u0085"
      U"\u009f\u00a0\u00e9\u2028\u2029\ufeff\ufffe\uffff\ue000\u4e2d"
      U"\U0001f600\U0010ffff" +
      std::u32string(1, U'\0');
  static const std::vector<std::string> kWords = {
      "true", "null", ".inf", "1e-3"};
  std::string text;
  for (uint64_t n = random.below(7); n > 0; --n) {
    const uint64_t at = random.below(kCharacters.size() + kWords.size());
    if (at < kWords.size()) {
      text += kWords[at];
    } else {
      append_utf8(kCharacters[at - kWords.size()], text);
    }
  }
  return text;
}

double random_double(Random& random) {
  const double scale = std::pow(10.0, static_cast<double>(random.below(41)));
  return (random.uniform() - 0.5) * scale / 1e20;
}

Json random_json(Random& random, int depth) {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return random.below(2) == 0;
    case 2:
      return static_cast<int64_t>(random() >> random.below(64));
    case 3:
      return random_double(random);
    case 4:
    case 5:
      return random_string(random);
    case 6: {
      Json list = Json::array();
      for (uint64_t n = random.below(4); n > 0; --n) {
        list.push_back(random_json(random, depth - 1));
      }
      return list;
    }
    default: {
      Json object = Json::object();
      for (uint64_t n = random.below(4); n > 0; --n) {
        object[random_string(random)] = random_json(random, depth - 1);
      }
      return object;
    }
  }
}

TEST(ToYaml, TheReaderGivesTheValueBack) {
  Random random(31);
  for (int round = 0; round < 5000; ++round) {
    const Json value = random_json(random, 4);
    const std::string yaml = to_yaml(value);
    // dump() tells 1 from 1.0 and sees the order of keys.
    ASSERT_EQ(parse_yaml(yaml, "text").dump(), value.dump()) << yaml;
  }
}

TEST(ToYaml, PythonReadsTheSame) {
  const TempDir dir;
  Random random(32);
  Json values = Json::array();
  for (int round = 0; round < 300; ++round) {
    values.push_back(random_json(random, 3));
  }
  testing::write_text(dir / "values.yaml", to_yaml(values));
  testing::write_text(dir / "values.json", values.dump());
  const auto result = testing::run_process(
      {testing::python(),
       "-c",
       "import json, sys, yaml\n"
       "read = yaml.safe_load(open(sys.argv[1], encoding='utf-8'))\n"
       "wanted = json.load(open(sys.argv[2], encoding='utf-8'))\n"
       "for r, w in zip(read, wanted, strict=True):\n"
       "  if repr(r) != repr(w): sys.exit(f'{w!r} became {r!r}')\n"
       "print(len(read))\n",
       dir / "values.yaml",
       dir / "values.json"});
  EXPECT_EQ(result.out, "300\n") << result.err;
}

} // namespace
} // namespace nanobrain
