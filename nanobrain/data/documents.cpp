#include "nanobrain/data/documents.h"

#include "nanobrain/data/open_bytes.h"
#include "nanobrain/data/parquet_reader.h"

namespace nanobrain {

std::unique_ptr<DocumentReader> open_documents(
    const std::vector<std::filesystem::path>& inputs,
    const DocumentOptions& options) {
  return read_documents(inputs, options, [options](const InputFile& file) {
    return file.format == DocumentFormat::kParquet
               ? open_parquet(file.path, options.text_column)
               : open_plain_format(open_bytes(file.path), file, options);
  });
}

} // namespace nanobrain
