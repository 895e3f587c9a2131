// What all readers share: inputs, their order, what is skipped and counted.
#include "nanobrain/data/documents.h"

#include <sys/stat.h>

#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/data/document_files.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using namespace ::testing;

/// Documents that every format can hold: no blank lines, ends or blanks at the
/// ends of a text, but line ends, tabs, quotes and characters of all lengths.
Documents random_documents(uint64_t seed, int count) {
  Random random(seed);
  std::istringstream stream(
      "a|B|7| |\tx|\ny|\r\nz|\"|\\|{|\u00e9|\u20ac|\U0001F600|\uE000|\x01|\x7f|"
      "\u2581");
  Documents pieces;
  for (std::string piece; std::getline(stream, piece, '|');) {
    pieces.push_back(piece);
  }
  Documents documents;
  for (int i = 0; i < count; ++i) {
    std::string text = "<";
    for (uint64_t n = random.below(200); n > 0; --n) {
      text += pieces[random.below(pieces.size())];
    }
    documents.push_back(text + ">");
  }
  return documents;
}

TEST(Documents, AllFormatsPlainAndCompressedGiveTheSameDocuments) {
  const TempDir dir;
  for (const uint64_t seed : {1, 2, 3}) {
    const Documents documents = random_documents(seed, 200);
    write_text(dir / "a.txt", as_text(documents));
    write_text(dir / "a.jsonl", as_jsonl(documents));
    write_parquet(dir / "a.parquet", documents);
    for (const std::string name : {"a.txt", "a.jsonl", "a.parquet"}) {
      EXPECT_EQ(read_all({dir / name}), documents) << name;
      for (const std::string extension : {".gz", ".xz", ".zst"}) {
        const fs::path path = dir / (name + extension);
        write_text(path, compressed(testing::read_text(dir / name), extension));
        EXPECT_EQ(read_all({path}), documents) << path;
      }
    }
  }
}

TEST(Documents, FoldersAreReadInByteOrderOfTheRelativePath) {
  const TempDir dir;
  fs::create_directories(dir / "in/a");
  fs::create_directories(dir / "in/b/c");
  write_text(dir / "in/b/c/1.txt", "b/c/1");
  write_text(dir / "in/b.txt", "b");
  write_text(dir / "in/a/2.jsonl", "{\"text\":\"a/2\"}");
  write_text(dir / "in/a/10.TXT", "a/10");
  write_text(dir / "in/Z.md", "Z");
  write_text(dir / "in/\u00e9.raw", "e acute");
  write_text(dir / "in/ignored.html", "no");
  write_text(dir / "in/ignored.gz", "no");
  write_text(dir / "in/empty.txt", "");
  write_text(dir / "last.txt.gz", compressed("last", ".gz"));
  EXPECT_THAT(
      read_all({dir / "in/Z.md", dir / "in", dir / "last.txt.gz"}),
      ElementsAre("Z", "Z", "a/10", "a/2", "b", "b/c/1", "e acute", "last"));
}

TEST(Documents, InvalidUtf8IsSkippedOrRepairedAndCounted) {
  const TempDir dir;
  write_text(dir / "a.txt", "good\n\nbad \xff\xfe\n\nlatin \xe9\n\nfine\n");
  const auto skipping = open_documents({dir / "a.txt"});
  EXPECT_THAT(read_all(*skipping), ElementsAre("good", "fine"));
  EXPECT_EQ(skipping->counts().skipped_invalid_utf8, 2);
  EXPECT_EQ(skipping->counts().repaired, 0);

  const auto repairing =
      open_documents({dir / "a.txt"}, {.invalid_utf8 = "replace"});
  EXPECT_THAT(
      read_all(*repairing),
      ElementsAre("good", "bad \uFFFD\uFFFD", "latin \uFFFD", "fine"));
  EXPECT_EQ(repairing->counts().skipped_invalid_utf8, 0);
  EXPECT_EQ(repairing->counts().repaired, 2);

  // A repair may make a document too long.
  write_text(dir / "b.txt", "ab\xff\n\nabcde\n");
  const auto bounded = open_documents(
      {dir / "b.txt"}, {.invalid_utf8 = "replace", .max_document_bytes = 4});
  EXPECT_THAT(read_all(*bounded), ElementsAre());
  EXPECT_EQ(
      bounded->counts().to_json().dump(),
      R"({"documents":0,"bytes":0,"skipped":2,"skipped_invalid_utf8":0,)"
      R"("skipped_too_long":2,"skipped_empty":0,"repaired":0})");
}

TEST(Documents, PositionGoesFromNothingToTheWholeInput) {
  const TempDir dir;
  const Documents documents = random_documents(5, 5000);
  write_text(dir / "a.txt.gz", compressed(as_text(documents), ".gz"));
  write_text(dir / "b.jsonl", as_jsonl(documents));
  const auto reader = open_documents({dir / "a.txt.gz", dir / "b.jsonl"});
  EXPECT_EQ(
      reader->input_size(),
      static_cast<int64_t>(
          fs::file_size(dir / "a.txt.gz") + fs::file_size(dir / "b.jsonl")));
  EXPECT_EQ(reader->input_position(), 0);
  int64_t last = 0;
  for (std::string text; reader->next(text);) {
    EXPECT_GE(reader->input_position(), last);
    last = reader->input_position();
  }
  EXPECT_EQ(reader->input_position(), reader->input_size());
}

TEST(Documents, WrongInputsAreErrors) {
  const TempDir dir;
  write_text(dir / "a.html", "x");
  write_text(dir / "empty.txt", "");
  fs::create_directory(dir / "folder");
  ASSERT_EQ(mkfifo((dir / "pipe.txt").c_str(), 0600), 0);
  const std::pair<const char*, const char*> cases[] = {
      {"none.txt", "none.txt does not exist"},
      {"a.html",
       "a.html is not one of .txt .text .md .raw .jsonl .ndjson .parquet, each "
       "also with .gz .xz .zst"},
      {"empty.txt", "empty.txt is empty"},
      {"folder", "holds no file with"},
      {"pipe.txt", "neither a file nor a folder"}};
  for (const auto& [name, message] : cases) {
    EXPECT_ERROR(Error, message, open_documents({dir / name}));
  }
  EXPECT_ERROR(UsageError, "must name a file", open_documents({}));
}

TEST(Documents, WrongOptionsAreUsageErrors) {
  const TempDir dir;
  write_text(dir / "a.txt", "x");
  const std::pair<DocumentOptions, const char*> cases[] = {
      {{.text_documents = "line"}, "but is \"line\""},
      {{.invalid_utf8 = "keep"}, "but is \"keep\""},
      {{.max_document_bytes = 0}, "[--max-document-bytes] must be positive"}};
  for (const auto& [options, message] : cases) {
    EXPECT_ERROR(UsageError, message, open_documents({dir / "a.txt"}, options));
  }
}

std::string read_whole(const fs::path& path) {
  const auto source = open_bytes(path);
  std::string bytes;
  for (auto block = source->next_block(); !block.empty();
       block = source->next_block()) {
    bytes += block;
  }
  EXPECT_EQ(source->position(), static_cast<int64_t>(fs::file_size(path)));
  return bytes;
}

/// Letters that compress to about half: several blocks of every reader.
std::string letters(size_t size) {
  Random random(size);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('a' + random.below(16));
  return text;
}

class CompressedFile : public ::testing::TestWithParam<std::string> {
 protected:
  fs::path write(const std::string& bytes) const {
    const fs::path path = dir_ / ("a.txt" + GetParam());
    write_text(path, bytes);
    return path;
  }
  TempDir dir_;
};

TEST_P(CompressedFile, GivesWhatWasCompressed) {
  for (const size_t size : {1, 1000, 262144, 3000000}) {
    const std::string text = letters(size);
    EXPECT_EQ(read_whole(write(compressed(text, GetParam()))), text) << size;
  }
}

TEST_P(CompressedFile, ConcatenatedFilesAreReadToTheEnd) {
  const std::string first = letters(300000);
  const std::string second = letters(500);
  const std::string bytes = compressed(first, GetParam()) +
                            compressed(second, GetParam()) +
                            compressed(first, GetParam());
  EXPECT_EQ(read_whole(write(bytes)), first + second + first);
}

TEST_P(CompressedFile, EveryTruncationIsAnError) {
  const std::string whole = compressed(letters(600000), GetParam());
  std::vector<size_t> cuts = {0, 1, 3, 5, 8, 9, 11, 20, whole.size() / 2};
  for (size_t back = 1; back < 10; ++back) cuts.push_back(whole.size() - back);
  for (const std::string& before : {std::string(), whole}) {
    for (const size_t left : cuts) {
      if (left == 0 && !before.empty()) continue; // two whole ones
      const auto path = write(before + whole.substr(0, left));
      const std::string error =
          testing::error_of<Error>([&] { read_whole(path); });
      EXPECT_THAT(error, HasSubstr(path.string() + " is truncated")) << left;
      EXPECT_THAT(error, Not(HasSubstr("archive format"))) << left;
    }
  }
}

TEST_P(CompressedFile, DamageIsAnError) {
  const std::string whole = compressed(letters(100000), GetParam());
  for (const size_t at : {whole.size() / 3, whole.size() / 2}) {
    std::string damaged = whole;
    damaged[at] ^= 4;
    EXPECT_ERROR(Error, "damaged", read_whole(write(damaged))) << at;
  }
  EXPECT_ERROR(Error, "damaged", read_whole(write(whole + "garbage")));
  const auto path = write("This is plain text, whatever its name says.\n");
  EXPECT_ERROR(Error, "or not ", read_whole(path));
}

INSTANTIATE_TEST_SUITE_P(
    Formats,
    CompressedFile,
    ::testing::Values(".gz", ".xz", ".zst"),
    [](const auto& info) { return info.param.substr(1); });

TEST(PlainFile, IsReadAsItIs) {
  const TempDir dir;
  const std::string text = letters(1000000);
  write_text(dir / "text.txt", text);
  EXPECT_EQ(read_whole(dir / "text.txt"), text);
  for (const std::string name : {"a.txt", "a.txt.gz", "a.txt.xz"}) {
    EXPECT_ERROR(
        Error,
        (dir / name).string() + "] cannot be opened: No such file",
        open_bytes(dir / name));
  }
}

} // namespace
} // namespace nanobrain
