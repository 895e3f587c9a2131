#include "nanobrain/inference/document_rows.h"

#include <fmt/format.h>

namespace nanobrain {

DocumentRows::DocumentRows(const std::filesystem::path& path)
    : file_(path), json_(path.extension() == ".jsonl") {
  if (!json_) file_.write("document\ttokens\tbytes\twords\tnats\n");
}

void DocumentRows::add(int64_t index, const LossSum& loss) {
  const Json row = {
      {"document", index},
      {"tokens", loss.tokens},
      {"bytes", loss.bytes},
      {"words", loss.words},
      {"nats", loss.nats}};
  if (json_) {
    file_.write(row.dump() + "\n");
    return;
  }
  std::string line;
  for (const Json& value : row) line += value.dump() + "\t";
  line.back() = '\n';
  file_.write(line);
}

} // namespace nanobrain
