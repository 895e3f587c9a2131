// Parquet files that pyarrow writes, and what is wrong with bad ones.
#include <cstdlib>

#include "nanobrain/base/error.h"
#include "tests/data/document_files.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using ::testing::ElementsAre;

Documents many_documents() {
  Documents documents;
  for (int i = 0; i < 3000; ++i) {
    documents.push_back(
        "document " + std::to_string(i % 700) + " \u00e9\n" +
        std::string(static_cast<size_t>(i % 97), 'x'));
  }
  return documents;
}

/// What is read of the file that `script` writes.
Documents read_written(
    const std::string& script,
    const Documents& documents = {},
    const DocumentOptions& options = {}) {
  const TempDir dir;
  run_python(script, documents, dir / "a.parquet");
  return read_all({dir / "a.parquet"}, options);
}

TEST(ParquetReader, EveryLayoutIsReadAsWritten) {
  const Documents documents = many_documents();
  for (const char* written :
       {"{'text': column}), path)",
        "{'text': column.cast(pa.large_string())}), path, row_group_size=1000)",
        "{'text': column.dictionary_encode()}), path)",
        "{'text': column.cast(pa.binary())}), path)",
        "{'text': column}), path, use_dictionary=False, compression='zstd',"
        " data_page_size=2000)",
        "{'text': column}), path, use_dictionary=False, compression='gzip',"
        " column_encoding='DELTA_BYTE_ARRAY', data_page_version='2.0')",
        "{'a': [[1, 2]] * len(column), 'text': column}), path,"
        " compression='none')",
        "{'text': column}, pa.schema([pa.field('text', pa.string(),"
        " nullable=False)])), path, row_group_size=13)"}) {
    EXPECT_TRUE(
        read_written(
            "column = pa.array(documents, pa.string())\n"
            "pq.write_table(pa.table(" +
                std::string(written),
            documents) == documents)
        << written;
  }
}

TEST(ParquetReader, AnotherColumnCanBeNamed) {
  EXPECT_THAT(
      read_written(
          "pq.write_table(pa.table({'text': ['x'], 'body': ['y']}), path)",
          {},
          {.text_column = "body"}),
      ElementsAre("y"));
  EXPECT_THAT(
      read_written("pq.write_table(pa.table({'text': pa.array([], "
                   "pa.string())}), path)"),
      ElementsAre());
}

TEST(ParquetReader, NullsAndEmptyTextsAreCountedAsEmpty) {
  const TempDir dir;
  run_python(
      "pq.write_table(pa.table({'text': pa.array(\n"
      "    ['one', None, '', 'two', None] * 300)}), path)",
      {},
      dir / "a.parquet");
  const auto reader = open_documents({dir / "a.parquet"});
  const Documents documents = read_all(*reader);
  ASSERT_EQ(documents.size(), 600u);
  EXPECT_EQ(documents[598], "one");
  EXPECT_EQ(documents[599], "two");
  EXPECT_EQ(reader->counts().skipped_empty, 900);
  EXPECT_EQ(reader->input_position(), reader->input_size());
}

TEST(ParquetReader, AColumnThatIsMissingOrHoldsNoStringsIsAnError) {
  EXPECT_ERROR(
      Error,
      "a.parquet has no column \"text\" of strings; its columns are: id, url; "
      "name one by --text-column",
      read_written(
          "pq.write_table(pa.table({'id': [1], 'url': ['x']}), path)"));
  for (const std::string values : {"[1, 2]", "[['x'], ['y']]"}) {
    EXPECT_ERROR(
        Error,
        "a.parquet has no column \"text\" of strings",
        read_written(
            "pq.write_table(pa.table({'text': " + values + "}), path)"));
  }
}

TEST(ParquetReader, AMissingFooterIsAnError) {
  const TempDir dir;
  testing::write_parquet(dir / "whole.parquet", many_documents());
  const std::string whole = read_text(dir / "whole.parquet");
  for (const size_t left : {size_t{4}, whole.size() / 2, whole.size() - 1}) {
    write_text(dir / "a.parquet", whole.substr(0, left));
    EXPECT_ERROR(
        Error,
        "a.parquet is truncated, damaged or not parquet",
        read_all({dir / "a.parquet"}))
        << left;
  }
  write_text(dir / "a.parquet", "This is text.\n");
  EXPECT_ERROR(Error, "not parquet", read_all({dir / "a.parquet"}));
}

TEST(ParquetReader, ADamagedPageIsAnError) {
  const TempDir dir;
  run_python(
      "pq.write_table(pa.table({'text': documents}), path,"
      " write_page_checksum=True, compression='none', use_dictionary=False)",
      many_documents(),
      dir / "a.parquet");
  std::string bytes = read_text(dir / "a.parquet");
  bytes[bytes.size() / 2] ^= 1;
  write_text(dir / "a.parquet", bytes);
  EXPECT_ERROR(
      Error, "a.parquet is truncated, damaged", read_all({dir / "a.parquet"}));
}

TEST(ParquetReader, ACompressedFileGoesThroughATemporaryThatIsRemoved) {
  const TempDir dir;
  const TempDir scratch;
  testing::write_parquet(dir / "plain.parquet", many_documents());
  const std::string bytes = read_text(dir / "plain.parquet");
  setenv("TMPDIR", scratch.path().c_str(), 1);
  for (const std::string extension : {".gz", ".xz", ".zst"}) {
    const fs::path path = dir / ("a.parquet" + extension);
    write_text(path, compressed(bytes, extension));
    const auto reader = open_documents({path});
    std::string text;
    EXPECT_TRUE(reader->next(text));
    EXPECT_TRUE(fs::is_empty(scratch.path())) << "no name even while open";
    EXPECT_EQ(read_all(*reader).size(), many_documents().size() - 1);
    EXPECT_EQ(reader->input_position(), reader->input_size());

    write_text(path, read_text(path).substr(0, fs::file_size(path) / 2));
    EXPECT_ERROR(Error, path.string() + " is truncated", read_all({path}));
  }
  setenv("TMPDIR", "/nowhere", 1);
  EXPECT_ERROR(Error, "temp", read_all({dir / "a.parquet.gz"}));
  unsetenv("TMPDIR");
}

} // namespace
} // namespace nanobrain
