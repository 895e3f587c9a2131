// to_yaml() against its reader, and against PyYAML's, which is of YAML 1.1.
#include <cmath>

#include "nanobrain/base/random.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;

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
  static const std::vector<std::string> kPieces = {
      "a",
      "Z",
      "0",
      "9",
      " ",
      "-",
      ":",
      "#",
      ",",
      "[",
      "]",
      "{",
      "}",
      "&",
      "*",
      "!",
      "|",
      ">",
      "'",
      "\"",
      "%",
      "@",
      "`",
      "\\",
      "\n",
      "\t",
      "\r",
      ".",
      "e",
      "+",
      "~",
      "?",
      "/",
      "_",
      "=",
      "<",
      "true",
      "null",
      ".inf",
      "1e-3",
      std::string(1, '\0'),
      "\x01",
      "\x04",
      "\x1b",
      "\x7f",
      "\u0080",
      "\u0085",
      "\u009f",
      "\u00a0",
      "\u00e9",
      "\u2028",
      "\u2029",
      "\ufeff",
      "\ufffe",
      "\uffff",
      "\ue000",
      "\u4e2d",
      "\U0001f600",
      "\U0010ffff"};
  std::string text;
  for (uint64_t n = random.below(7); n > 0; --n) {
    text += kPieces[random.below(kPieces.size())];
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
