// Documents in plain text: what parts them, and that long ones stay bounded.
#include <string>

#include "nanobrain/base/random.h"
#include "nanobrain/documents/format_reader.h"
#include "tests/data/document_files.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using ::testing::ElementsAre;

Documents split(const std::string& text, const DocumentOptions& options = {}) {
  const TempDir dir;
  write_text(dir / "a.txt", text);
  return read_all({dir / "a.txt"}, options);
}

TEST(TextReader, BlankLinesPartDocuments) {
  const std::string odd("a\0b\f\v\n\x0c\nc", 9);
  const std::pair<std::string, Documents> cases[] = {
      {"one\n\ntwo\nlines\n\nthree\n", {"one", "two\nlines", "three"}},
      {"no end of line", {"no end of line"}},
      {"a\n\n\n\n\nb", {"a", "b"}},
      {"\n\n\na\n\n\n", {"a"}},
      {"\n\n", {}},
      {"a\n \t \nb\n\t\nc", {"a", "b", "c"}}, // lines of blanks are blank
      {"a\n   ", {"a"}},
      {"  \t \na", {"a"}},
      {"  a \n\t b\n\n  c  \n", {"  a \n\t b", "  c  "}}, // blanks inside stay
      {"a\r\nb\r\n\r\nc\r\n", {"a\r\nb", "c"}},
      {"a\rb\n\nc\r", {"a\rb", "c\r"}},
      {odd, {odd}}};
  for (const auto& [text, documents] : cases) {
    EXPECT_EQ(split(text), documents) << Json(text).dump();
  }
  EXPECT_THAT(
      split("\none\n\ntwo\r\n\n", {.text_documents = "file"}),
      ElementsAre("\none\n\ntwo\r\n\n"));
}

TEST(TextReader, TooLongDocumentsAreLeftOutAndCounted) {
  const TempDir dir;
  write_text(dir / "a.txt", "12345678\n\n123456789\n\n12\n45678\r\n\nx\n");
  const auto reader =
      open_documents({dir / "a.txt"}, {.max_document_bytes = 8});
  EXPECT_THAT(read_all(*reader), ElementsAre("12345678", "12\n45678", "x"));
  EXPECT_EQ(reader->counts().skipped_too_long, 1);
  EXPECT_EQ(reader->counts().documents, 3);
  EXPECT_EQ(reader->counts().bytes, 17);
}

TEST(TextReader, BlanksPastTheLimitDoNotCountUnlessTextFollows) {
  const std::string blanks(100, ' ');
  const DocumentOptions options{.max_document_bytes = 8};
  EXPECT_THAT(
      split("abc\n" + blanks + "\nd\n", options), ElementsAre("abc", "d"));
  EXPECT_THAT(split("abc\n" + blanks + "d\n\ne\n", options), ElementsAre("e"));
}

// A document that is twenty times the limit must not be held: the buffer that
// it is read into stays at the limit and one byte.
TEST(TextReader, ALongDocumentIsNotHeld) {
  const TempDir dir;
  write_text(dir / "a.txt", std::string(2000000, 'x') + "\n\nshort\n");
  write_text(
      dir / "a.jsonl", "{\"text\": \"" + std::string(2000000, 'x') + "\"}");
  const auto file = [&](const char* name) {
    return std::make_unique<PlainFile>(dir / name);
  };
  std::unique_ptr<FormatReader> readers[] = {
      open_text(file("a.txt"), false),
      open_text(file("a.txt"), true),
      open_jsonl(file("a.jsonl"), "a.jsonl", "text")};
  for (const auto& reader : readers) {
    BoundedText text(100000);
    ASSERT_TRUE(reader->next(text));
    EXPECT_TRUE(text.too_long());
    EXPECT_EQ(text.text().size(), 100001u);
  }
}

/// Parts documents the slow way: line by line, by the definition.
Documents split_by_definition(const std::string& text) {
  Documents documents;
  std::string document;
  bool ended_by_cr_lf = false;
  const auto finish = [&] {
    if (ended_by_cr_lf && document.ends_with('\r')) document.pop_back();
    if (!document.empty()) documents.push_back(document);
    document.clear();
  };
  for (size_t begin = 0; begin < text.size();) {
    const size_t newline = text.find('\n', begin);
    const size_t end = std::min(newline, text.size());
    const std::string line = text.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") == line.npos) {
      finish();
    } else {
      document += (document.empty() ? "" : "\n") + line;
      ended_by_cr_lf = newline != text.npos;
    }
    begin = end + 1;
  }
  finish();
  return documents;
}

TEST(TextReader, AgreesWithTheDefinitionOnRandomTexts) {
  const TempDir dir;
  Random random(11);
  for (int round = 0; round < 400; ++round) {
    std::string text(random.below(200), ' ');
    for (char& c : text) c = "ab \t\r\n\n\n"[random.below(8)];
    write_text(dir / "a.txt", text + "x");
    ASSERT_EQ(read_all({dir / "a.txt"}), split_by_definition(text + "x"))
        << Json(text).dump();
  }
}

// Lines and blanks that are across the 256 KiB blocks of the file.
TEST(TextReader, BlocksEndAnywhere) {
  const TempDir dir;
  for (const int before : {262140, 262142, 262143, 262144, 262145}) {
    const std::string filler(static_cast<size_t>(before), 'x');
    const std::string text = filler + "\r\n \t \n\n  y\n\nz";
    write_text(dir / "a.txt", text);
    EXPECT_EQ(read_all({dir / "a.txt"}), split_by_definition(text)) << before;
  }
}

} // namespace
} // namespace nanobrain
