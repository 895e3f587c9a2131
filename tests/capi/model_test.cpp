// nb_model: facts, tokens and texts, folders that are not models.
#include <rapidcheck.h>

#include "tests/capi/capi_fixture.h"
#include "tests/tokenizer/gpt2_small.h"

namespace nanobrain::testing {
namespace {

class CModel : public CApi {
 protected:
  /// Through a buffer of the size that the library asks for.
  std::vector<nb_token> encode(std::string_view text) const {
    return filled<std::vector<nb_token>>([&](auto... buffer) {
      return nb_model_encode(model_.get(), text.data(), text.size(), buffer...);
    });
  }
  std::string decode(const std::vector<nb_token>& tokens) const {
    return filled<std::string>([&](auto... buffer) {
      return nb_model_decode(
          model_.get(), tokens.data(), tokens.size(), buffer...);
    });
  }

 private:
  template <class Buffer, class Call>
  static Buffer filled(const Call& call) {
    size_t size = 0, again = 0;
    EXPECT_EQ(call(nullptr, 0, &size), NB_OK);
    Buffer buffer(size, 0);
    EXPECT_EQ(call(buffer.data(), buffer.size(), &again), NB_OK);
    EXPECT_EQ(again, size);
    return buffer;
  }
};

TEST_F(CModel, TellsItsFacts) {
  nb_model_info info = NB_MODEL_INFO_INIT;
  ASSERT_EQ(nb_model_get_info(model_.get(), &info), NB_OK);
  const int64_t tokens = capi_tokenizer().vocab_size();
  EXPECT_EQ(info.struct_size, sizeof info);
  EXPECT_EQ(info.vocab_size, tokens + kPadding);
  EXPECT_EQ(info.context, 20);
  EXPECT_EQ(info.num_layers, 2);
  EXPECT_EQ(info.num_heads, 4);
  EXPECT_EQ(info.model_dim, 24);
  EXPECT_EQ(info.ffn_dim, 40);
  EXPECT_EQ(
      info.weight_bytes,
      static_cast<int64_t>(
          std::filesystem::file_size(folder_ / "model.int8.safetensors")));
  EXPECT_EQ(info.tokenizer_size, tokens);
  EXPECT_EQ(info.end_of_text, tokens - 1);
}

TEST_F(CModel, FactsOfLaterHeadersAreLeftAlone) {
  struct {
    nb_model_info info = NB_MODEL_INFO_INIT;
    int64_t later = 7;
  } grown;
  grown.info.struct_size = sizeof grown;
  ASSERT_EQ(nb_model_get_info(model_.get(), &grown.info), NB_OK);
  EXPECT_EQ(grown.info.struct_size, sizeof grown);
  EXPECT_EQ(grown.info.context, 20);
  EXPECT_EQ(grown.later, 7);
  grown.info.struct_size = sizeof(nb_model_info) - 1;
  EXPECT_REFUSED(
      "begin with the initialiser",
      nb_model_get_info(model_.get(), &grown.info));
}

TEST_F(CModel, TextsComeBackByteForByte) {
  EXPECT_TRUE(rc::check([&](const std::string& text) {
    const auto tokens = encode(text);
    RC_ASSERT(tokens == capi_tokenizer().encode(text));
    RC_ASSERT(tokens.size() <= text.size());
    RC_ASSERT(decode(tokens) == text);
    std::string pieces;
    for (const nb_token token : tokens) {
      const char* bytes = nullptr;
      size_t size = 0;
      RC_ASSERT(
          nb_model_token_bytes(model_.get(), token, &bytes, &size) == NB_OK);
      pieces.append(bytes, size);
    }
    RC_ASSERT(pieces == text);
  }));
}

TEST_F(CModel, TextsMayHoldZerosAndNoUtf8) {
  const std::string text("a\0\xff\xc3 the cat", 12);
  EXPECT_EQ(decode(encode(text)), text);
  EXPECT_TRUE(encode("").empty());
  EXPECT_EQ(decode({}), "");
  EXPECT_EQ(decode({capi_tokenizer().end_of_text()}), "");
}

TEST_F(CModel, SmallBuffersAreLeftAlone) {
  const std::string text = "the cat";
  const std::vector<nb_token> tokens = encode(text);
  ASSERT_EQ(tokens.size(), 2u);
  nb_token few[2] = {-7, -7};
  size_t count = 0;
  EXPECT_STATUS(
      NB_ERROR_BUFFER,
      "has room for 1, but there are 2",
      nb_model_encode(model_.get(), text.data(), text.size(), few, 1, &count));
  EXPECT_EQ(count, 2u);
  EXPECT_EQ(few[0], -7);
  char small[7] = "------";
  EXPECT_STATUS(
      NB_ERROR_BUFFER,
      "has room for 6, but there are 7",
      nb_model_decode(model_.get(), tokens.data(), 2, small, 6, &count));
  EXPECT_EQ(count, 7u);
  EXPECT_STREQ(small, "------");
  EXPECT_REFUSED(
      "the buffer is NULL",
      nb_model_decode(model_.get(), tokens.data(), 2, nullptr, 7, &count));
}

TEST_F(CModel, TokensOutOfRange) {
  const auto size = static_cast<nb_token>(capi_tokenizer().vocab_size());
  for (const nb_token token : {-1, size}) {
    const char* bytes = nullptr;
    size_t count = 0;
    EXPECT_REFUSED(
        "is not in [0, ",
        nb_model_token_bytes(model_.get(), token, &bytes, &count));
    EXPECT_REFUSED(
        "is not in [0, ",
        nb_model_decode(model_.get(), &token, 1, nullptr, 0, &count));
  }
}

TEST(CModelFolder, WithoutATokenizer) {
  const TempDir dir;
  Int8Model({.vocab_size = 30}).write(dir.path());
  const auto model = load_c(dir.path());
  nb_model_info info = NB_MODEL_INFO_INIT;
  ASSERT_EQ(nb_model_get_info(model.get(), &info), NB_OK);
  EXPECT_EQ(info.tokenizer_size, 0);
  EXPECT_EQ(info.end_of_text, -1);
  size_t count = 0;
  EXPECT_STATUS(
      NB_ERROR_TOKENIZER,
      "[nb_model_encode] the model's folder has no tokenizer",
      nb_model_encode(model.get(), "a", 1, nullptr, 0, &count));
  EXPECT_STATUS(
      NB_ERROR_TOKENIZER,
      "[nb_model_decode] the model's folder has no tokenizer",
      nb_model_decode(model.get(), nullptr, 0, nullptr, 0, &count));
}

TEST(CModelFolder, TextsForTokenizersOfCharactersAreUtf8) {
  const TempDir dir;
  const auto tokenizer = small_gpt2_tokenizer();
  Int8Model({.vocab_size = tokenizer->vocab_size()}).write(dir.path());
  tokenizer->save(dir.path());
  const auto model = load_c(dir.path());
  size_t count = 0;
  EXPECT_STATUS(
      NB_ERROR_TEXT,
      "UTF-8",
      nb_model_encode(model.get(), "ab\xff", 3, nullptr, 0, &count));
  EXPECT_EQ(
      nb_model_encode(model.get(), "ab\xc3\xa4", 4, nullptr, 0, &count), NB_OK);
  EXPECT_EQ(count, tokenizer->encode("ab\xc3\xa4").size());
}

TEST(CModelFolder, OfAnotherKind) {
  const TempDir dir;
  const auto expect_refused = [](const char* text, const std::string& folder) {
    nb_model* model = reinterpret_cast<nb_model*>(1);
    EXPECT_STATUS(NB_ERROR_MODEL, text, nb_model_load(folder.c_str(), &model));
    EXPECT_EQ(model, nullptr);
  };
  expect_refused("has no model.int8.safetensors", dir.path());
  expect_refused("has no model.int8.safetensors", "");
  expect_refused("File name too long", std::string(10'000, 'x'));
  // The text is cut where it does not fit.
  EXPECT_EQ(std::string(nb_last_error()).size(), 1023u);

  capi_model().write(dir.path());
  write_text(dir / "tokenizer.lexical.json", "[]");
  expect_refused("the ids 0 to 255 must be BYTE entries", dir.path());
  Int8Model damaged = capi_model();
  damaged.at("transformer.ln_f.weight").set(0, NAN);
  damaged.write(dir.path());
  expect_refused("value 0 is nan, not a finite number", dir.path());
}

} // namespace
} // namespace nanobrain::testing
