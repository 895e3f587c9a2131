// Documents out of a column of a parquet file. The only file that includes
// Arrow; the wheel of pyarrow carries its headers and libraries.
#include "nanobrain/base/error.h"
#include "nanobrain/data/documents.h"

#ifdef NANOBRAIN_HAVE_ARROW

#include <arrow/io/file.h>
#include <fcntl.h>
#include <fmt/ranges.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/documents/input_files.h"

namespace nanobrain {
namespace {

/// Values that are asked for at a time; they are in the page that Arrow holds.
constexpr int64_t kBatch = 256;
/// Of a column chunk, which may be larger than memory, this much is read ahead.
constexpr int64_t kReadBytes = 1 << 20;

/// Runs `body`; Arrow's exceptions become Errors that name the file.
template <class Body>
auto guarded(const fs::path& path, Body&& body) {
  try {
    return body();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(
        "input",
        "{} is truncated, damaged or not parquet: {}; get it again",
        path.string(),
        error.what());
  }
}

/// The descriptor of a file without a name, which is gone with it however the
/// process ends, of what a compressed file holds.
int unpack(const fs::path& path) {
  const fs::path folder = fs::temp_directory_path();
  const auto check = [&](bool ok) {
    require(
        ok,
        "temporary file",
        "cannot use {}: {}; free some space there or set TMPDIR",
        folder.string(),
        std::strerror(errno));
  };
  std::string name = (folder / "nanobrain-XXXXXX").string();
  const int fd = mkostemp(name.data(), O_CLOEXEC);
  check(fd >= 0);
  unlink(name.c_str());
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fdopen(fd, "w"), fclose);
  const std::unique_ptr<ByteSource> source = open_bytes(path);
  for (auto block = source->next_block(); !block.empty();
       block = source->next_block()) {
    check_interrupted();
    check(fwrite(block.data(), 1, block.size(), file.get()) == block.size());
  }
  check(fflush(file.get()) == 0);
  const int whole = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  check(whole >= 0 && lseek(whole, 0, SEEK_SET) == 0);
  return whole;
}

/// Unpacks a compressed file first, for parquet is read from its end.
std::shared_ptr<arrow::io::ReadableFile> open_input(const fs::path& path) {
  std::shared_ptr<arrow::io::ReadableFile> file;
  if (!is_compressed(path)) {
    PARQUET_ASSIGN_OR_THROW(file, arrow::io::ReadableFile::Open(path.string()));
    return file;
  }
  PARQUET_ASSIGN_OR_THROW(file, arrow::io::ReadableFile::Open(unpack(path)));
  return file;
}

/// Low-level on purpose: arrow's record batches hold a batch of rows of
/// whatever length, this holds one page.
class ParquetReader : public FormatReader {
 public:
  ParquetReader(const fs::path& path, const std::string& column)
      : path_(path), file_bytes_(static_cast<int64_t>(fs::file_size(path))) {
    guarded(path_, [&] {
      parquet::ReaderProperties properties;
      properties.enable_buffered_stream();
      properties.set_buffer_size(kReadBytes);
      properties.set_page_checksum_verification(true);
      file_ = parquet::ParquetFileReader::Open(open_input(path), properties);
      total_rows_ = file_->metadata()->num_rows();
      column_ = find_column(column);
      defined_level_ =
          file_->metadata()->schema()->Column(column_)->max_definition_level();
    });
  }

  bool next(BoundedText& text) override {
    if (row_ == levels_ && !guarded(path_, [&] { return read_batch(); })) {
      return false;
    }
    text.clear();
    if (defined_[static_cast<size_t>(row_++)] == defined_level_) {
      const parquet::ByteArray& value = values_[static_cast<size_t>(value_++)];
      text.append({reinterpret_cast<const char*>(value.ptr), value.len});
    }
    ++rows_done_;
    return true;
  }

  /// An estimate: rows weigh the same.
  int64_t position() const override {
    const double share = total_rows_ == 0
                             ? 1.0
                             : static_cast<double>(rows_done_) /
                                   static_cast<double>(total_rows_);
    return static_cast<int64_t>(share * static_cast<double>(file_bytes_));
  }

 private:
  static bool holds_strings(const parquet::schema::Node& node) {
    return node.is_primitive() && !node.is_repeated() &&
           static_cast<const parquet::schema::PrimitiveNode&>(node)
                   .physical_type() == parquet::Type::BYTE_ARRAY;
  }

  int find_column(const std::string& name) {
    const parquet::SchemaDescriptor& schema = *file_->metadata()->schema();
    const parquet::schema::GroupNode& root = *schema.group_node();
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(root.field_count()));
    for (int i = 0; i < root.field_count(); ++i) {
      names.push_back(root.field(i)->name());
    }
    const int field = root.FieldIndex(name);
    require(
        field >= 0 && holds_strings(*root.field(field)),
        "input",
        "{} has no column \"{}\" of strings; its columns are: {}; name one by "
        "--text-column",
        path_.string(),
        name,
        fmt::join(names, ", "));
    return schema.ColumnIndex(*root.field(field));
  }

  /// Values of a call are all in one page and are valid until the next.
  bool read_batch() {
    for (;;) {
      if (reader_ == nullptr || !reader_->HasNext()) {
        if (group_ == file_->metadata()->num_row_groups()) return false;
        row_group_ = file_->RowGroup(group_++);
        reader_ = std::static_pointer_cast<parquet::ByteArrayReader>(
            row_group_->Column(column_));
        continue;
      }
      int64_t values_read = 0;
      levels_ = reader_->ReadBatch(
          kBatch, defined_.data(), nullptr, values_.data(), &values_read);
      row_ = 0;
      value_ = 0;
      // A column without nulls has no definition levels.
      if (defined_level_ == 0) defined_.fill(0);
      if (levels_ > 0) return true;
    }
  }

  fs::path path_;
  int64_t file_bytes_;
  std::unique_ptr<parquet::ParquetFileReader> file_;
  std::shared_ptr<parquet::RowGroupReader> row_group_;
  std::shared_ptr<parquet::ByteArrayReader> reader_;
  int column_ = 0;
  int16_t defined_level_ = 0; // the definition level of a value that is there
  int group_ = 0;             // the next row group
  std::array<int16_t, kBatch> defined_{};
  std::array<parquet::ByteArray, kBatch> values_;
  int64_t levels_ = 0; // rows in the batch
  int64_t row_ = 0;    // of the batch
  int64_t value_ = 0;  // of the batch, nulls left out
  int64_t rows_done_ = 0;
  int64_t total_rows_ = 0;
};

} // namespace

std::unique_ptr<FormatReader> open_parquet(
    const fs::path& path, const std::string& column) {
  return std::make_unique<ParquetReader>(path, column);
}

} // namespace nanobrain

#else

namespace nanobrain {

std::unique_ptr<FormatReader> open_parquet(
    const fs::path& path, const std::string&) {
  fail(
      "input",
      "{} is parquet, and this program was built without Arrow; install "
      "Arrow's C++ libraries (the pyarrow wheel has them) and build again",
      path.string());
}

} // namespace nanobrain

#endif
