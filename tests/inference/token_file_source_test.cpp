#include "nanobrain/inference/token_source.h"

#include <vector>

#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::ByteTokenizer;
using ::testing::ElementsAre;
using testing::TempDir;

TEST(TokenFileSource, GivesTheIdsOfItsFile) {
  const TempDir folder;
  const ByteTokenizer tokenizer;
  TokenFileWriter writer(folder / "a.tokens", tokenizer);
  for (const char* text : {"ab", "", "c"}) {
    writer.append(tokenizer.encode(text), 0);
  }
  writer.finish();
  const TokenFile file(folder / "a.tokens");
  for (const size_t piece : {1, 4, 100}) {
    TokenFileSource source(file);
    std::vector<TokenId> ids;
    std::vector<TokenId> part(piece);
    for (size_t count; (count = source.read(part)) > 0;) {
      ids.insert(ids.end(), part.begin(), part.begin() + count);
    }
    const TokenId end = ByteTokenizer::kEndOfText;
    EXPECT_THAT(ids, ElementsAre('a', 'b', end, end, 'c', end)) << piece;
  }
}

} // namespace
} // namespace nanobrain
