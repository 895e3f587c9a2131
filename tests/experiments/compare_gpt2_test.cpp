// experiments/compare_gpt2.sh as a user runs it, on models and texts of a few
// kilobytes; downloads are stood in for.
#include "nanobrain/fetch/fetch.h"
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;
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

/// The script, with that program; fetched/gpt2 and nano are of the world.
class CompareGpt2 : public CommandTest {
 protected:
  void SetUp() override {
    if (!exists("world/gpt2")) GTEST_SKIP() << kNoPython;
    write("nanobrain", kProgram);
    fs::permissions(path("nanobrain"), fs::perms::owner_all);
    fs::create_directory(path("fetched"));
    fs::create_symlink("../world/gpt2", path("fetched/gpt2"));
    fs::create_symlink("world/run/model", path("nano"));
    write("val.txt", read("world/val.txt").substr(0, 6000));
  }
  static std::string compare_gpt2(const std::string& arguments) {
    return "NANOBRAIN=$PWD/nanobrain REAL=$(command -v nanobrain) "
           "NOTES=$PWD/notes FETCHED=$PWD/fetched compare_gpt2.sh " +
           arguments;
  }
  /// With everything given.
  static std::string given(const std::string& more) {
    return compare_gpt2(
        "out --model nano --wikitext world/val.txt --val val.txt " + more);
  }
  Json table(const std::string& name) const {
    return read_json("out/tables/" + name + ".json");
  }
};

TEST_F(CompareGpt2, GivenFoldersNeedNoNetwork) {
  const std::string text =
      output(given("--gpt2 fetched/gpt2 --val-documents 2"));
  EXPECT_THAT(read("notes"), Not(HasSubstr("fetch ")));
  const Json wikitext = table("wikitext2");
  EXPECT_EQ(wikitext["protocol"], "hf");
  EXPECT_EQ(wikitext["context"], 32);
  // GPT-2 first: what the others' bits per byte are less of.
  EXPECT_EQ(wikitext["rows"][0]["model"], "fetched/gpt2");
  EXPECT_EQ(wikitext["rows"][1]["model"], "nano");
  EXPECT_EQ(wikitext["rows"][2]["published"], true);
  const Json held_out = table("held_out");
  EXPECT_EQ(held_out["protocol"], "documents");
  EXPECT_EQ(held_out["text"]["documents"], 2);
  EXPECT_THAT(text, HasSubstr(read("out/tables/wikitext2.txt")));
  for (const char* file : {"held_out.csv", "held_out.md", "wikitext2.csv"}) {
    EXPECT_TRUE(exists(std::string("out/tables/") + file)) << file;
  }

  // Again, over what is there, with published figures alone beside it.
  output(given("--no-gpt2 --context 16"));
  EXPECT_EQ(table("held_out")["context"], 16);
  EXPECT_EQ(table("held_out")["rows"][0]["model"], "nano");
  EXPECT_EQ(table("held_out")["rows"][1]["published"], true);
}

TEST_F(CompareGpt2, FetchesWhatIsNotGiven) {
  // And a Nano Brain that has been trained.
  ASSERT_EQ(
      run("mkdir -p fetched/wikitext2 fetched/held_out out/first_run/run && "
          "touch out/.made_by_compare_gpt2.sh && "
          "cp world/shards/000.parquet fetched/wikitext2/wiki.test.parquet && "
          "cp val.txt fetched/held_out && cp -rL nano out/first_run/run/model")
          .exit_code,
      0);
  output(compare_gpt2("out --base-url http://mirror"));
  const std::string lists = source_dir() / "experiments";
  EXPECT_THAT(
      read("notes"),
      HasSubstr(
          "fetch --list " + lists +
          "/wikitext2.json --output out/wikitext2 --base-url http://mirror\n"
          "fetch gpt2 --output out/gpt2 --base-url http://mirror\n"
          "fetch --list " +
          lists +
          "/fineweb_edu_held_out.json --output out/held_out "
          "--base-url http://mirror\n"
          "compare "));
  EXPECT_EQ(table("wikitext2")["rows"][0]["model"], "out/gpt2");
  EXPECT_EQ(table("wikitext2")["rows"][1]["model"], "out/first_run/run");
}

TEST_F(CompareGpt2, TrainsANanoBrainWhereNoneIsGiven) {
  fs::create_directory(path("fetched/fineweb_edu"));
  fs::copy(path("val.txt"), path("fetched/fineweb_edu"));
  // 6 kB are too little for 32,294 pieces.
  const auto failed =
      run(compare_gpt2("out --no-gpt2 --wikitext world/val.txt --val val.txt"));
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(
      read("notes"),
      HasSubstr(
          "tokenizer train --kind sentencepiece --vocab-size 32294 "
          "--val-fraction 0.005 --input " +
          path("out/fineweb_edu")));
}

TEST_F(CompareGpt2, WithoutANetworkItSaysWhatToGive) {
  fs::remove(path("fetched/gpt2"));
  const auto failed = run(given(""));
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.err, HasSubstr("no network"));
  EXPECT_THAT(
      failed.err,
      HasSubstr("GPT-2 small did not come; where the network does not allow "
                "it, give --gpt2 DIR or --no-gpt2"));
  EXPECT_THAT(read("notes"), Not(HasSubstr("compare ")));
}

TEST_F(CompareGpt2, Mistakes) {
  refused(
      2,
      {{compare_gpt2(""), "usage: "},
       {given("--vla x"), "there is no flag --vla"},
       {given("--context"), "--context needs a value"},
       {given("--gpt2 nano --no-gpt2"), "give one of --gpt2 and --no-gpt2"}});
  refused(1, {{given("--gpt2 absent"), "absent does not exist"}});
  EXPECT_FALSE(exists("out"));
  refused(1, {{compare_gpt2("nano --no-gpt2"), "holds other things"}});
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
  EXPECT_EQ(held_out.base_url, shards.base_url);
  EXPECT_EQ(held_out.files[0].path, shards.files.back().path);
  EXPECT_EQ(held_out.files[0].sha256, shards.files.back().sha256);
  EXPECT_EQ(held_out.files[0].bytes, shards.files.back().bytes);
}

} // namespace
} // namespace nanobrain::testing
