#include "nanobrain/inference/joined_rows.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::ElementsAre;
using testing::TempDir;
using testing::write_text;

TEST(JoinedRows, LinesKeepTheirNewlinesAndBlankOnesAreEmpty) {
  EXPECT_THAT(
      split_rows(" \n = A = \n\n b\n"),
      ElementsAre("", " = A = \n", "", " b\n"));
  EXPECT_THAT(split_rows("no newline"), ElementsAre("no newline"));
  EXPECT_THAT(split_rows(""), ElementsAre());
}

TEST(JoinedRows, WikiText2HasThePublishedSize) {
  const auto data = testing::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data here";
  const auto joined = read_joined_rows(
      {data / "wikitext2" / "wiki.test.raw"}, {}, open_plain_documents);
  EXPECT_EQ(joined.rows, 4'358);
  EXPECT_EQ(joined.text.size(), 1'296'370u);
}

TEST(JoinedRows, RecordsAreRowsAndFilesFollowEachOther) {
  const TempDir folder;
  write_text(
      folder / "a.jsonl", "{\"text\": \"one\\ntwo\"}\n{\"text\": \"three\"}\n");
  write_text(folder / "b.txt", "four\n");
  const auto joined = read_joined_rows(
      {folder / "a.jsonl", folder / "b.txt"}, {}, open_plain_documents);
  EXPECT_EQ(joined.text, "one\ntwo\n\nthree\n\nfour\n");
  EXPECT_EQ(joined.rows, 3);
}

TEST(JoinedRows, EmptyRecordsAreRowsToo) {
  const TempDir folder;
  write_text(
      folder / "a.jsonl",
      "{\"text\": \"\"}\n{\"text\": \"one\"}\n{\"text\": \"\"}\n");
  const auto joined =
      read_joined_rows({folder / "a.jsonl"}, {}, open_plain_documents);
  EXPECT_EQ(joined.text, "\n\none\n\n");
  EXPECT_EQ(joined.rows, 3);
}

TEST(JoinedRows, NothingIsLeftOut) {
  const TempDir folder;
  write_text(folder / "bad.txt", "caf\xe9\n");
  EXPECT_ERROR(
      Error,
      "leaves none out",
      read_joined_rows({folder / "bad.txt"}, {}, open_plain_documents));
  write_text(
      folder / "long.jsonl", "{\"text\": \"12345\"}\n{\"text\": \"67890\"}\n");
  EXPECT_ERROR(
      Error,
      "raise --max-document-bytes",
      read_joined_rows(
          {folder / "long.jsonl"},
          DocumentOptions{.max_document_bytes = 10},
          open_plain_documents));
}

} // namespace
} // namespace nanobrain
