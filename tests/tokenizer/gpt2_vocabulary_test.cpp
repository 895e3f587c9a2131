#include "nanobrain/tokenizer/gpt2_vocabulary.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"

namespace nanobrain {

using namespace testing;

namespace {

const NamedMerges kMerges = {{"a", "b"}, {"ab", "c"}, {"Ġ", "abc"}};

/// `text` with the first `part` of it replaced.
std::string with(
    std::string text, const std::string& part, const std::string& other) {
  const size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), other);
}

void expect_refused(
    const std::string& vocab,
    const std::string& merges,
    const std::string& message) {
  EXPECT_ERROR(Error, message, parse_gpt2_vocabulary(vocab, merges));
}

} // namespace

TEST(Gpt2Vocabulary, IsRead) {
  const Gpt2Text text = gpt2_text(kMerges);
  const auto vocabulary = parse_gpt2_vocabulary(text.vocab, text.merges);
  ASSERT_EQ(vocabulary.pieces.size(), 260u);
  EXPECT_EQ(vocabulary.pieces[258].name, "Ġabc");
  EXPECT_EQ(vocabulary.pieces[258].bytes, " abc");
  EXPECT_EQ(vocabulary.end_of_text, 259);
  EXPECT_EQ(vocabulary.pieces[259].bytes, "");
  EXPECT_EQ(vocabulary.pieces[vocabulary.byte_ids['\n']].name, "Ċ");
  ASSERT_EQ(vocabulary.merges.size(), 3u);
  EXPECT_EQ(vocabulary.merges[1].left, 256);
  EXPECT_EQ(vocabulary.merges[1].right, vocabulary.byte_ids['c']);
  EXPECT_EQ(vocabulary.merges[1].result, 257);
}

TEST(Gpt2Vocabulary, LinesMayEndAsOnWindowsAndTheVersionMayBeMissing) {
  const Gpt2Text text = gpt2_text(kMerges);
  for (const std::string merges :
       {"#version: 0.2\r\na b\r\nab c\r\nĠ abc\r\n",
        "a b\nab c\nĠ abc",
        "a b\nab c\nĠ abc\n",
        "#version: 0.2\na b\nab c\nĠ abc"}) {
    EXPECT_EQ(parse_gpt2_vocabulary(text.vocab, merges).merges.size(), 3u);
  }
  // "#" merges like any other piece.
  const std::string vocab = gpt2_text({{"#", "#"}, {"##", "v"}}).vocab;
  EXPECT_EQ(parse_gpt2_vocabulary(vocab, "# #\n## v\n").merges.size(), 2u);
}

TEST(Gpt2Vocabulary, PiecesInAngleBracketsAreControl) {
  const Gpt2Text good = gpt2_text(kMerges);
  const auto vocabulary = parse_gpt2_vocabulary(
      with(good.vocab, "259}", "259,\"<pad>\":260,\"<a b>\":261}"),
      good.merges);
  EXPECT_EQ(vocabulary.pieces[260].bytes, "");
  EXPECT_EQ(vocabulary.pieces[261].bytes, "");
}

TEST(Gpt2Vocabulary, FaultsOfTheVocabularyAreNamed) {
  struct Fault {
    std::string part, other, message;
  };
  std::vector<Fault> faults = {
      {R"("abc":257)",
       R"("abc":300)",
       "has no piece for the id 257, but ids up to 300"},
      {R"("abc":257)", R"("abc":2000000000)", "has no piece for the id 257"},
      {R"("abc":257)",
       R"("abc":256)",
       R"(gives the id 256 to "ab" and to "abc"; copy the file again)"},
      {R"("abc":257)",
       R"("ab":257)",
       R"(has the piece "ab" twice, as 256 and 257; copy the file again)"},
      {R"("Ġ":)",
       R"("<x>":)",
       R"(lacks the piece "Ġ" of the byte 0x20; every byte must be one)"},
      {"<|endoftext|>",
       "<|end|>",
       "lacks the piece <|endoftext|>, which ends documents"}};
  for (const std::string id : {"-1", "1.5", "\"7\"", "null", "4294967296"}) {
    faults.push_back(
        {R"("ab":256)",
         R"("ab":)" + id,
         R"(gives "ab" the id )" + id + "; ids are whole numbers from 0"});
  }
  const Gpt2Text good = gpt2_text(kMerges);
  for (const auto& [part, other, message] : faults) {
    expect_refused(
        with(good.vocab, part, other), good.merges, "[vocab.json] " + message);
  }
  for (const auto& [vocab, message] :
       {std::pair(
            good.vocab.substr(0, good.vocab.size() / 2),
            "[vocab.json] is not valid JSON at line 1, column "),
        {"", "[vocab.json] is not valid JSON"},
        {"[]", "[vocab.json] is not a JSON object"},
        {R"({"model": {}})", R"(has an object or a list as "model")"}}) {
    expect_refused(vocab, good.merges, message);
  }
}

TEST(Gpt2Vocabulary, PiecesMustBeSpelledInGpt2sCharacters) {
  Gpt2Text text = gpt2_text(kMerges);
  text.vocab = with(text.vocab, "\"ab\"", "\"a中\"");
  text.vocab = with(text.vocab, "\"abc\"", "\"a中c\"");
  text.vocab = with(text.vocab, "\"Ġabc\"", "\"中\"");
  expect_refused(
      text.vocab,
      "a 中\na中 c\n",
      "[vocab.json] has the piece \"a中\", which GPT-2's characters do not "
      "spell");
}

TEST(Gpt2Vocabulary, FaultsOfTheMergesAreNamed) {
  const std::string rest =
      ", which vocab.json has not; the two files do not belong together";
  std::vector<std::pair<std::string, std::string>> faults = {
      {"#version: 0.2\na b\nab\n",
       "line 3 is \"ab\"; two pieces separated by a space belong there"},
      {"a b c\n", "line 1 is \"a b c\"; two pieces separated"},
      {"a b\nxy a\n", "line 2 (\"xy a\") names the piece \"xy\"" + rest},
      {"a xy\n", "line 1 (\"a xy\") names the piece \"xy\"" + rest},
      {"b a\n", "line 1 (\"b a\") names the piece \"ba\"" + rest},
      {"#version: 0.2\na b\nab c\na b\n",
       "line 4 repeats the merge \"a b\" of line 2; copy the file again"},
      {"a b\nab c\n",
       "has no merge that makes the piece \"Ġabc\" of vocab.json; is the file "
       "whole?"},
      {"", "has no merge that makes the piece \"ab\""}};
  for (const std::string line : {"", " ab", "ab ", "a  b", " "}) {
    faults.emplace_back(
        "a b\n" + line + "\nab c\n", "line 2 is \"" + line + "\"; two pieces");
  }
  for (const auto& [lines, message] : faults) {
    expect_refused(gpt2_text(kMerges).vocab, lines, "[merges.txt] " + message);
  }
}

TEST(Gpt2Vocabulary, TheEndOfTextMustNotComeOutOfAText) {
  NamedMerges merges;
  std::string piece = "<";
  for (const char next : std::string("|endoftext|>")) {
    merges.push_back({piece, {next}});
    piece += next;
  }
  const Gpt2Text text = gpt2_text(merges);
  expect_refused(
      text.vocab,
      text.merges,
      "[merges.txt] has a merge that makes <|endoftext|>, which must not");
}

TEST(Gpt2Vocabulary, ReadsFilesAndNamesThem) {
  const TempDir dir;
  const Gpt2Text text = gpt2_text(kMerges);
  text.write(dir.path());
  EXPECT_EQ(load_tokenizer(dir.path())->vocab_size(), 260);
  write_text(dir / "merges.txt", "a\n");
  EXPECT_ERROR(
      Error,
      (dir / "merges.txt").string() + "] line 1",
      load_tokenizer(dir.path()));
}

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
  for (const auto& [there, partner] :
       {std::pair("vocab.json", "merges.txt"),
        {"merges.txt", "vocab.json"},
        {"encoder.json", "vocab.bpe"},
        {"vocab.bpe", "encoder.json"}}) {
    write_text(dir / there, "");
    for (const auto& path : {dir.path(), dir / there, dir / partner}) {
      EXPECT_ERROR(
          Error,
          (dir / there).string() + "] is half of a GPT-2 tokenizer; put " +
              partner + " beside it",
          find_gpt2_files(path));
    }
    std::filesystem::remove(dir / there);
  }
}

TEST(Gpt2Files, AWholePairCountsBesideHalfOfTheOther) {
  const TempDir dir;
  for (const char* name : {"vocab.json", "encoder.json", "vocab.bpe"}) {
    write_text(dir / name, "");
  }
  EXPECT_EQ(find_gpt2_files(dir.path())->merges, dir / "vocab.bpe");
}

TEST(Gpt2Names, SpellBytesAsThePublishedFilesDo) {
  EXPECT_EQ(gpt2_name(" the"), "Ġthe");
  EXPECT_EQ(gpt2_name("\n\t\r"), "Ċĉč");
  EXPECT_EQ(gpt2_name("\xe2\x80\x99"), "âĢĻ"); // a typographic apostrophe
  EXPECT_EQ(gpt2_name("\x7f\xad"), "ġŃ");
}

TEST(Gpt2Names, GiveEveryByteBack) {
  std::string bytes, names;
  for (int byte = 0; byte < 256; ++byte) {
    bytes += static_cast<char>(byte);
    const std::string name = gpt2_name(bytes.substr(bytes.size() - 1));
    EXPECT_EQ(names.find(name), std::string::npos) << byte;
    names += name;
  }
  EXPECT_EQ(gpt2_bytes(names), bytes);
  EXPECT_TRUE(is_valid_utf8(names));
  for (const char* name :
       {" ", "a b", "\n", "\u00ad", "\u00a0", "\u0144", "\u4e2d", "\xc4"}) {
    EXPECT_EQ(gpt2_bytes(name), std::nullopt) << name;
  }
}

} // namespace nanobrain
