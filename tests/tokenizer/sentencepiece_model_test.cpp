#include "nanobrain/tokenizer/sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include "nanobrain/base/error.h"
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

TEST(SentencePieceModel, RefusesATruncatedFile) {
  const std::string bytes = small_tokenizer()->model_bytes();
  for (size_t size = 0; size < bytes.size(); size += size < 100 ? 1 : 97) {
    EXPECT_ERROR(
        Error,
        "[cut.model] is not a whole SentencePiece model",
        parse_sentencepiece_model(bytes.substr(0, size), "cut.model"));
  }
  EXPECT_ERROR(
      Error,
      "is not a whole",
      parse_sentencepiece_model(bytes.substr(0, bytes.size() - 1), "x"));
}

TEST(SentencePieceModel, RefusesOtherFiles) {
  EXPECT_ERROR(
      Error,
      "is not a whole SentencePiece model",
      parse_sentencepiece_model("{\"a\": 1}", "x"));
  EXPECT_ERROR(
      Error,
      "is not a whole SentencePiece model",
      parse_sentencepiece_model(std::string(100, '\xff'), "x"));
}

TEST(SentencePieceModel, RefusesAPieceWithoutAScore) {
  std::string bytes = small_tokenizer()->model_bytes();
  const size_t score = bytes.find("<0x41>") + 7; // after the field's number
  ASSERT_EQ(bytes[score - 1], '\x15');
  bytes.replace(score, 4, std::string("\0\0\xc0\x7f", 4)); // NaN
  EXPECT_ERROR(
      Error,
      "has no score for the piece \"<0x41>\"",
      parse_sentencepiece_model(bytes, "x"));
}

TEST(SentencePieceModel, RefusesABrokenPiece) {
  std::string bytes = small_tokenizer()->model_bytes();
  bytes.replace(bytes.find("<0x41>"), 6, "<0x4G>");
  EXPECT_ERROR(
      Error,
      "has a byte piece \"<0x4G>\"",
      parse_sentencepiece_model(bytes, "x"));
  bytes.replace(bytes.find("<0x4G>"), 6, "<0x42>");
  EXPECT_ERROR(
      Error,
      "repeated piece \"<0x42>\"",
      parse_sentencepiece_model(bytes, "x"));
}

TEST(SentencePieceModel, RefusesModelsThatChangeTexts) {
  const auto refusal = [](const char* setting, const char* value) {
    return error_of<Error>([&] {
      parse_sentencepiece_model(model_with(setting, value), "other.model");
    });
  };
  EXPECT_THAT(
      refusal("model_type", "unigram"), ::testing::HasSubstr("than BPE"));
  EXPECT_THAT(
      refusal("byte_fallback", "false"),
      ::testing::HasSubstr("without byte fallback"));
  EXPECT_THAT(
      refusal("normalization_rule_name", "nmt_nfkc"),
      ::testing::HasSubstr("with normalisation"));
  EXPECT_THAT(
      refusal("add_dummy_prefix", "true"),
      ::testing::HasSubstr("with a dummy prefix"));
  EXPECT_THAT(
      refusal("remove_extra_whitespaces", "true"),
      ::testing::HasSubstr("that removes spaces"));
  EXPECT_THAT(
      refusal("treat_whitespace_as_suffix", "true"),
      ::testing::HasSubstr("with spaces as suffixes"));
  EXPECT_THAT(
      refusal("user_defined_symbols", "qq"),
      ::testing::HasSubstr("the user-defined or unused piece \"qq\""));
}

} // namespace nanobrain
