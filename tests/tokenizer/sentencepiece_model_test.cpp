#include "nanobrain/tokenizer/sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include "nanobrain/base/error.h"
#include "nanobrain/tokenizer/piece_table.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

TEST(SentencePieceModel, ReadsWhatSentencePieceReads) {
  const auto tokenizer = small_tokenizer();
  const auto& pieces = tokenizer->model().pieces;
  sentencepiece::SentencePieceProcessor reference;
  ASSERT_TRUE(reference.LoadFromSerializedProto(tokenizer->model_bytes()).ok());
  ASSERT_EQ(static_cast<int>(pieces.size()), reference.GetPieceSize());
  EXPECT_EQ(tokenizer->model().end_of_text, reference.eos_id());
  for (int id = 0; id < reference.GetPieceSize(); ++id) {
    const auto& piece = pieces[static_cast<size_t>(id)];
    EXPECT_EQ(piece.text, reference.IdToPiece(id));
    EXPECT_EQ(piece.score, reference.GetScore(id));
    EXPECT_EQ(piece.type == PieceType::byte, reference.IsByte(id));
    EXPECT_EQ(piece.type == PieceType::control, reference.IsControl(id));
    EXPECT_EQ(piece.type == PieceType::unknown, reference.IsUnknown(id));
  }
}

TEST(SentencePieceModel, RefusesATruncatedFileAndOthers) {
  const std::string bytes = small_tokenizer()->model_bytes();
  std::vector<std::string> files = {"{\"a\": 1}", std::string(100, '\xff')};
  for (size_t size = 0; size < bytes.size(); size += size < 100 ? 1 : 97) {
    files.push_back(bytes.substr(0, size));
  }
  files.push_back(bytes.substr(0, bytes.size() - 1));
  for (const auto& file : files) {
    EXPECT_ERROR(
        Error,
        "[cut.model] is not a whole SentencePiece model",
        parse_sentencepiece_model(file, "cut.model"));
  }
}

TEST(SentencePieceModel, RefusesBrokenPieces) {
  const auto refuse = [](const std::string& bytes, const char* message) {
    EXPECT_ERROR(Error, message, parse_sentencepiece_model(bytes, "x"));
  };
  std::string bytes = small_tokenizer()->model_bytes();
  const size_t score = bytes.find("<0x41>") + 7; // after the field's number
  ASSERT_EQ(bytes[score - 1], '\x15');
  bytes.replace(score, 4, std::string("\0\0\xc0\x7f", 4)); // NaN
  refuse(bytes, "has no score for the piece \"<0x41>\"");
  bytes = small_tokenizer()->model_bytes();
  bytes.replace(bytes.find("<0x41>"), 6, "<0x4G>");
  refuse(bytes, "has a byte piece \"<0x4G>\"");
  bytes.replace(bytes.find("<0x4G>"), 6, "<0x42>");
  refuse(bytes, "repeated piece \"<0x42>\"");
}

TEST(SentencePieceModel, RefusesModelsThatChangeTexts) {
  for (const auto& [setting, value, message] :
       {std::tuple("model_type", "unigram", "than BPE"),
        {"byte_fallback", "false", "without byte fallback"},
        {"normalization_rule_name", "nmt_nfkc", "with normalisation"},
        {"add_dummy_prefix", "true", "with a dummy prefix"},
        {"remove_extra_whitespaces", "true", "that removes spaces"},
        {"treat_whitespace_as_suffix", "true", "with spaces as suffixes"},
        {"user_defined_symbols",
         "qq",
         "the user-defined or unused piece \"qq\""}}) {
    EXPECT_ERROR(
        Error,
        message,
        parse_sentencepiece_model(model_with(setting, value), "other.model"));
  }
}

TEST(PieceTable, FindsWhatWasInsertedTheFirstOfEqualPieces) {
  // As many as it takes, so that places collide.
  constexpr TokenId kCount = 5'000;
  std::vector<std::string> pieces = {""};
  for (TokenId id = 1; id < kCount; ++id) {
    pieces.push_back("piece " + std::to_string(id));
  }
  const auto bytes_of = [&](TokenId id) -> std::string_view {
    return pieces[static_cast<size_t>(id)];
  };
  PieceTable table(kCount);
  EXPECT_EQ(table.find("", bytes_of), -1);
  for (TokenId id = 0; id < kCount; ++id) {
    EXPECT_TRUE(table.insert(bytes_of(id), id, bytes_of));
    EXPECT_FALSE(table.insert(bytes_of(id / 2), id, bytes_of));
  }
  for (TokenId id = 0; id < kCount; ++id) {
    EXPECT_EQ(table.find(bytes_of(id), bytes_of), id);
    EXPECT_EQ(
        table.find("no " + pieces[static_cast<size_t>(id)], bytes_of), -1);
  }
}

} // namespace nanobrain
