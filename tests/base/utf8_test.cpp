#include "nanobrain/base/utf8.h"

#include <fmt/format.h>

#include <vector>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;

// The bytes around every border of table 3-7, and a few in between.
const std::string kBorders =
    "\x01\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee"
    "\xef\xf0\xf1\xf3\xf4\xf5\xff";

/// Every string of `length` bytes out of `bytes`.
std::vector<std::string> sequences(const std::string& bytes, int length) {
  std::vector<std::string> all = {""};
  for (int i = 0; i < length; ++i) {
    std::vector<std::string> longer;
    for (const std::string& head : all) {
      for (const char byte : bytes) longer.push_back(head + byte);
    }
    all = std::move(longer);
  }
  return all;
}

std::string random_text(Random& random, size_t longest) {
  std::string text(random.below(longest + 1), 'a');
  for (char& byte : text) {
    const uint64_t kind = random.below(3);
    if (kind == 0) byte = static_cast<char>(random());
    if (kind == 1) byte = kBorders[random.below(kBorders.size())];
  }
  return text;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

TEST(Utf8, AgreesWithPythonsDecoder) {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  std::vector<std::string> texts = sequences(all_bytes, 1);
  const auto add = [&](const std::vector<std::string>& more) {
    texts.insert(texts.end(), more.begin(), more.end());
  };
  add(sequences(all_bytes, 2));
  add(sequences(kBorders, 3));
  add(sequences(kBorders, 4));
  Random random(21);
  for (int i = 0; i < 20000; ++i) texts.push_back(random_text(random, 40));

  std::string lines;
  for (const std::string& text : texts) {
    lines += fmt::format(
        "{} {} {}\n",
        hex(text),
        static_cast<int64_t>(find_invalid_utf8(text)), // npos: -1
        hex(replace_invalid_utf8(text)));
  }
  const TempDir dir;
  testing::write_text(dir / "lines", lines);
  const auto result = testing::run_process(
      {testing::python(),
       "-c",
       "import sys\n"
       "count = 0\n"
       "for line in open(sys.argv[1]):\n"
       "  text, invalid, repaired = line.rstrip('\\n').split(' ')\n"
       "  text = bytes.fromhex(text)\n"
       "  try: text.decode(); first = -1\n"
       "  except UnicodeDecodeError as error: first = error.start\n"
       "  wanted = text.decode(errors='replace').encode()\n"
       "  if first != int(invalid) or wanted != bytes.fromhex(repaired):\n"
       "    sys.exit(f'{text}: {first} {wanted}, but got {line}')\n"
       "  count += 1\n"
       "print(count)\n",
       dir / "lines"});
  EXPECT_EQ(result.out, std::to_string(texts.size()) + "\n") << result.err;
}

TEST(Utf8, FindsAFaultBehindLongAsciiRuns) {
  for (size_t length = 0; length < 40; ++length) {
    const std::string text(length, 'x');
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(find_invalid_utf8(text + "\x80xxxxxxxxxxx"), length);
    EXPECT_EQ(find_invalid_utf8(text + "\u00e9\xff"), length + 2);
  }
}

TEST(Utf8, AppendsCharactersOfEveryLength) {
  std::string text;
  for (const char32_t c : {0x0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000}) {
    append_utf8(c, text);
  }
  append_utf8(0x10ffff, text);
  using namespace std::string_literals;
  EXPECT_EQ(
      text,
      "\0\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80"
      "\xf4\x8f\xbf\xbf"s);
}

TEST(WithoutControls, MakesThemSpacesButForThoseKept) {
  EXPECT_EQ(without_controls("\x1b[m\x7f\xc2\x9b\xc2\xa0ü"), " [m  \xc2\xa0ü");
  EXPECT_EQ(without_controls("a\nb\tc", "\n"), "a\nb c");
}

TEST(Utf8Stream, ShowsWholeCharactersAsSoonAsTheyAreThere) {
  Utf8Stream stream;
  EXPECT_EQ(stream.feed("a\xe2\x82"), "a");
  EXPECT_EQ(
      stream.feed("\xac"
                  "b"),
      "\u20ac"
      "b");
  EXPECT_EQ(stream.feed("\xf0\x9f"), "");
  EXPECT_EQ(stream.feed("\x98"), "");
  EXPECT_EQ(stream.feed("\x80"), "\U0001f600");
  EXPECT_EQ(stream.feed("\xe2\x82"), "");
  EXPECT_EQ(stream.feed("x"), "\ufffdx"); // it never became a character
  EXPECT_EQ(stream.feed("\xc3"), "");
  EXPECT_EQ(stream.finish(), "\ufffd");
  EXPECT_EQ(stream.finish(), "");
}

TEST(Utf8Stream, ShowsTheSameHoweverTheBytesAreCut) {
  Random random(22);
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_text(random, 30);
    Utf8Stream stream;
    std::string shown;
    for (size_t done = 0; done < text.size();) {
      const size_t piece =
          1 + random.below(std::min<size_t>(5, text.size() - done));
      const std::string now = stream.feed(text.substr(done, piece));
      ASSERT_TRUE(is_valid_utf8(now)) << hex(text);
      shown += now;
      done += piece;
      // What is held back is less than a character.
      const std::string soon = replace_invalid_utf8(text.substr(0, done));
      ASSERT_TRUE(soon == shown || soon == shown + "\ufffd")
          << hex(text) << " after " << done;
    }
    ASSERT_EQ(shown + stream.finish(), replace_invalid_utf8(text)) << hex(text);
  }
}

} // namespace
} // namespace nanobrain
