// experiments/compare_gpt2.sh as a user runs it, on models and texts of a few
// kilobytes; downloads are stood in for.
#include "nanobrain/base/json.h"
#include "nanobrain/fetch/fetch.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

/// Notes its arguments in $NOTES; copies what it is to fetch out of $FETCHED,
/// or fails where it is not there.
constexpr const char* kProgram = R"(#!/usr/bin/env bash
echo "$@" >>"$NOTES"
[ "$1" = fetch ] || exec "$REAL" "$@"
while [ "$1" != --output ]; do shift; done
from=$FETCHED/${2##*/}
[ -e "$from" ] || { echo "no network" >&2; exit 1; }
mkdir -p "$2" && cp -r "$from/." "$2"
)";

constexpr const char* kWriteRows = R"(
import sys, pyarrow, pyarrow.parquet
text, path = sys.argv[1:]
rows = open(text, newline='\n').read().splitlines(keepends=True)
pyarrow.parquet.write_table(pyarrow.table({'text': rows}), path)
)";

/// fetched/gpt2 and nano, both made by transformers, rows.txt and val.txt.
class CompareGpt2 : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(dir_ / "nanobrain", kProgram);
    fs::permissions(dir_ / "nanobrain", fs::perms::owner_all);
    for (const char* name : {"rows.txt", "val.txt"}) {
      run_process(
          {program(), "synth", "--output", dir_ / name, "--bytes", "9000"});
    }
    fs::create_directory(dir_ / "fetched");
    for (const auto& [name, positions, seed] :
         {std::tuple("fetched/gpt2", "48", "1"),
          std::tuple("nano", "32", "2")}) {
      const auto made = run_process(
          {python(),
           source_dir() / "tests/support/tiny_gpt2.py",
           dir_ / name,
           dir_ / "val.txt",
           "300",
           positions,
           seed});
      ASSERT_EQ(made.exit_code, 0) << made.err;
    }
  }

  ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(
        arguments.begin(), source_dir() / "experiments/compare_gpt2.sh");
    return run_process(
        arguments,
        {.environment = {
             {"NANOBRAIN", dir_ / "nanobrain"},
             {"REAL", program()},
             {"NOTES", dir_ / "notes"},
             {"FETCHED", dir_ / "fetched"}}});
  }
  /// Runs with everything given.
  ProcessResult run_given(std::vector<std::string> more) const {
    const std::vector<std::string> given = {
        dir_ / "out",
        "--model",
        dir_ / "nano",
        "--wikitext",
        dir_ / "rows.txt",
        "--val",
        dir_ / "val.txt"};
    more.insert(more.begin(), given.begin(), given.end());
    return run(more);
  }
  Json table(const std::string& name) const {
    return Json::parse(read_text(dir_ / "out/tables" / (name + ".json")));
  }

  TempDir dir_;
};

TEST_F(CompareGpt2, GivenFoldersNeedNoNetwork) {
  const auto done =
      run_given({"--gpt2", dir_ / "fetched/gpt2", "--val-documents", "2"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(read_text(dir_ / "notes"), Not(HasSubstr("fetch ")));
  const Json wikitext = table("wikitext2");
  EXPECT_EQ(wikitext["protocol"], "hf");
  EXPECT_EQ(wikitext["context"], 32);
  // GPT-2 first: what the others' bits per byte are less of.
  EXPECT_EQ(wikitext["rows"][0]["model"], (dir_ / "fetched/gpt2").string());
  EXPECT_EQ(wikitext["rows"][1]["model"], (dir_ / "nano").string());
  EXPECT_EQ(wikitext["rows"][2]["published"], true);
  const Json held_out = table("held_out");
  EXPECT_EQ(held_out["protocol"], "documents");
  EXPECT_EQ(held_out["text"]["documents"], 2);
  EXPECT_THAT(
      done.out, HasSubstr(read_text(dir_ / "out/tables/wikitext2.txt")));
  for (const char* file : {"held_out.csv", "held_out.md", "wikitext2.csv"}) {
    EXPECT_TRUE(fs::exists(dir_ / "out/tables" / file)) << file;
  }

  // Again, over what is there, with published figures alone beside it.
  const auto again = run_given({"--no-gpt2", "--context", "16"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(table("held_out")["context"], 16);
  EXPECT_EQ(table("held_out")["rows"][0]["model"], (dir_ / "nano").string());
  EXPECT_EQ(table("held_out")["rows"][1]["published"], true);
}

TEST_F(CompareGpt2, FetchesWhatIsNotGiven) {
  fs::create_directories(dir_ / "fetched/wikitext2");
  const auto written = run_process(
      {python(),
       "-c",
       kWriteRows,
       dir_ / "rows.txt",
       dir_ / "fetched/wikitext2/wiki.test.parquet"});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  fs::create_directory(dir_ / "fetched/held_out");
  fs::copy(dir_ / "val.txt", dir_ / "fetched/held_out");
  // A Nano Brain that has been trained.
  fs::create_directories(dir_ / "out/tables");
  fs::create_directories(dir_ / "out/first_run/run");
  fs::copy(dir_ / "nano", dir_ / "out/first_run/run/model");
  const auto done = run({dir_ / "out", "--base-url", "http://mirror"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const std::string out = dir_ / "out";
  const std::string lists = source_dir() / "experiments";
  EXPECT_THAT(
      read_text(dir_ / "notes"),
      HasSubstr(
          "fetch --list " + lists + "/wikitext2.json --output " + out +
          "/wikitext2 --base-url http://mirror\n"
          "fetch gpt2 --output " +
          out +
          "/gpt2 --base-url http://mirror\n"
          "fetch --list " +
          lists + "/fineweb_edu_held_out.json --output " + out +
          "/held_out --base-url http://mirror\n"
          "compare "));
  EXPECT_EQ(table("wikitext2")["rows"][0]["model"], out + "/gpt2");
  EXPECT_EQ(table("wikitext2")["rows"][1]["model"], out + "/first_run/run");
}

TEST_F(CompareGpt2, TrainsANanoBrainWhereNoneIsGiven) {
  fs::create_directory(dir_ / "fetched/fineweb_edu");
  fs::copy(dir_ / "val.txt", dir_ / "fetched/fineweb_edu");
  const auto done = run(
      {dir_ / "out",
       "--no-gpt2",
       "--wikitext",
       dir_ / "rows.txt",
       "--val",
       dir_ / "val.txt"});
  // 9 kB are too little for 32,294 pieces.
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(
      read_text(dir_ / "notes"),
      HasSubstr(
          "tokenizer train --kind sentencepiece --vocab-size 32294 --input " +
          (dir_ / "out/fineweb_edu").string()));
}

TEST_F(CompareGpt2, WithoutANetworkItSaysWhatToGive) {
  fs::remove_all(dir_ / "fetched/gpt2");
  const auto failed = run_given({});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.err, HasSubstr("no network"));
  EXPECT_THAT(
      failed.err,
      HasSubstr("GPT-2 small did not come; where the network does not allow "
                "it, give --gpt2 DIR or --no-gpt2"));
  EXPECT_THAT(read_text(dir_ / "notes"), Not(HasSubstr("compare ")));
}

TEST_F(CompareGpt2, Mistakes) {
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run_given({"--vla", "x"}).exit_code, 2);
  EXPECT_EQ(run_given({"--context"}).exit_code, 2);
  const auto both = run_given({"--gpt2", dir_ / "nano", "--no-gpt2"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("give one of --gpt2 and --no-gpt2"));
  const auto absent = run_given({"--gpt2", dir_ / "absent"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.err, HasSubstr("absent does not exist"));
  EXPECT_FALSE(fs::exists(dir_ / "out"));
  const auto taken = run({dir_ / "nano", "--no-gpt2"});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_THAT(taken.err, HasSubstr("holds other things"));
}

TEST(CompareGpt2Lists, NameFilesThatFetchTakes) {
  const fs::path experiments = source_dir() / "experiments";
  const FileList wikitext = read_file_list(experiments / "wikitext2.json");
  ASSERT_EQ(wikitext.files.size(), 1u);
  EXPECT_EQ(wikitext.files[0].name, "wiki.test.parquet");
  // The last shard of those that the program knows, which first_run.sh's are
  // the first of.
  const FileList held_out =
      read_file_list(experiments / "fineweb_edu_held_out.json");
  const FileList shards = known_file_list("fineweb-edu", 14);
  ASSERT_EQ(held_out.files.size(), 1u);
  EXPECT_EQ(held_out.files[0].name, shards.files.back().name);
  EXPECT_EQ(held_out.url(held_out.files[0]), shards.url(shards.files.back()));
  EXPECT_EQ(held_out.files[0].sha256, shards.files.back().sha256);
  EXPECT_EQ(held_out.files[0].bytes, shards.files.back().bytes);
}

} // namespace
} // namespace nanobrain::testing
