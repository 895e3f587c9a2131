#include "nanobrain/tokenizer/gpt2_files.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {

using namespace testing;

TEST(Gpt2Files, AreFoundByFolderAndByName) {
  for (const auto& [vocab, merges] :
       {std::pair("vocab.json", "merges.txt"), {"encoder.json", "vocab.bpe"}}) {
    const TempDir dir;
    EXPECT_FALSE(find_gpt2_files(dir.path()));
    write_text(dir / vocab, "");
    write_text(dir / merges, "");
    for (const auto& path : {dir.path(), dir / vocab, dir / merges}) {
      const auto files = find_gpt2_files(path);
      ASSERT_TRUE(files) << path;
      EXPECT_EQ(files->vocab, dir / vocab);
      EXPECT_EQ(files->merges, dir / merges);
    }
    EXPECT_FALSE(find_gpt2_files(dir / "other.json"));
  }
}

TEST(Gpt2Files, PartnersAreMissed) {
  const TempDir dir;
  const auto missed = [&](const char* there, const char* partner) {
    write_text(dir / there, "");
    for (const auto& path : {dir.path(), dir / there, dir / partner}) {
      EXPECT_ERROR(
          Error,
          (dir / there).string() + "] is half of a GPT-2 tokenizer; put " +
              partner + " beside it",
          find_gpt2_files(path));
    }
    std::filesystem::remove(dir / there);
  };
  missed("vocab.json", "merges.txt");
  missed("merges.txt", "vocab.json");
  missed("encoder.json", "vocab.bpe");
  missed("vocab.bpe", "encoder.json");
}

TEST(Gpt2Files, AWholePairCountsBesideHalfOfTheOther) {
  const TempDir dir;
  for (const char* name : {"vocab.json", "encoder.json", "vocab.bpe"}) {
    write_text(dir / name, "");
  }
  EXPECT_EQ(find_gpt2_files(dir.path())->merges, dir / "vocab.bpe");
}

} // namespace nanobrain
