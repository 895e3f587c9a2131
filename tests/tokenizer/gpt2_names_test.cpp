#include "nanobrain/tokenizer/gpt2_names.h"

#include "nanobrain/base/utf8.h"
#include "tests/support/support.h"

namespace nanobrain {

TEST(Gpt2Names, SpellBytesAsThePublishedFilesDo) {
  EXPECT_EQ(gpt2_name(" the"), "Ġthe");
  EXPECT_EQ(gpt2_name("\n\t\r"), "Ċĉč");
  EXPECT_EQ(gpt2_name("\xe2\x80\x99"), "âĢĻ"); // a typographic apostrophe
  EXPECT_EQ(gpt2_name("\x7f\xad"), "ġŃ");
}

TEST(Gpt2Names, GiveEveryByteBack) {
  std::string bytes, name;
  for (int byte = 0; byte < 256; ++byte) {
    bytes += static_cast<char>(byte);
    const std::string one = gpt2_name(bytes.substr(bytes.size() - 1));
    EXPECT_EQ(gpt2_bytes(one), bytes.substr(bytes.size() - 1));
    EXPECT_EQ(name.find(one), std::string::npos) << byte;
    name += one;
  }
  EXPECT_EQ(gpt2_bytes(name), bytes);
  EXPECT_TRUE(is_valid_utf8(name));
  EXPECT_EQ(gpt2_bytes(""), "");
}

TEST(Gpt2Names, OtherCharactersSpellNothing) {
  for (const char* name :
       {" ", "a b", "\n", "\u00ad", "\u00a0", "\u0144", "\u4e2d", "\xc4"}) {
    EXPECT_EQ(gpt2_bytes(name), std::nullopt) << name;
  }
  EXPECT_EQ(gpt2_bytes("\u0143"), "\xad"); // the last one
}

} // namespace nanobrain
