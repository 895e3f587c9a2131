#include "nanobrain/inference/eval_input.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::write_text;

class JoinedRowsTest : public ::testing::Test {
 protected:
  /// The rows of files with these names and texts.
  JoinedRows join(
      const std::vector<std::pair<std::string, std::string>>& files,
      int64_t most = 1000) {
    EvalText text{.documents = {.max_document_bytes = most}};
    for (const auto& [name, content] : files) {
      write_text(folder_ / name, content);
      text.inputs.push_back(folder_ / name);
    }
    return read_joined_rows(text, open_plain_documents);
  }
  testing::TempDir folder_;
};

TEST_F(JoinedRowsTest, LinesKeepTheirNewlinesAndBlankOnesAreEmpty) {
  const JoinedRows joined = join({{"a.txt", " \n = A = \n\n b\nno newline"}});
  EXPECT_EQ(joined.text, "\n\n = A = \n\n\n\n\n b\n\n\nno newline");
  EXPECT_EQ(joined.rows, 5);
}

TEST_F(JoinedRowsTest, RecordsAreRowsAndFilesFollowEachOther) {
  const JoinedRows joined = join(
      {{"a.jsonl",
        "{\"text\": \"\"}\n{\"text\": \"one\\ntwo\"}\n{\"text\": \"\"}\n"},
       {"b.txt", "four\n"}});
  EXPECT_EQ(joined.text, "\n\none\ntwo\n\n\n\nfour\n");
  EXPECT_EQ(joined.rows, 4);
}

TEST_F(JoinedRowsTest, NothingIsLeftOut) {
  EXPECT_ERROR(Error, "leaves none out", join({{"bad.txt", "caf\xe9\n"}}));
  EXPECT_ERROR(
      Error,
      "raise --max-document-bytes",
      join(
          {{"a.jsonl", "{\"text\": \"12345\"}\n{\"text\": \"67890\"}\n"}}, 10));
}

} // namespace
} // namespace nanobrain
