#include "nanobrain/synthetic/corpus.h"

#include <fmt/format.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/synthetic/derivation.h"

namespace nanobrain {

Json SyntheticSummary::to_json() const {
  return {
      {"bytes", bytes},
      {"documents", documents},
      {"entropy_bits_per_byte", bits_per_byte()}};
}

fs::path synthetic_bits_path(const fs::path& path) {
  fs::path bits = path;
  bits += ".bits";
  return bits;
}

SyntheticSummary write_synthetic_corpus(
    const fs::path& path, const SyntheticOptions& options) {
  require<UsageError>(
      options.bytes > 0,
      "synth",
      "{} bytes are no corpus; give --bytes a positive number",
      options.bytes);
  const fs::path bits_path = synthetic_bits_path(path);
  if (!options.force) {
    require_new_file(path, "synth");
    require_new_file(bits_path, "synth");
  }

  AtomicFile texts(path);
  AtomicFile bits(bits_path);
  bits.write("document\tbytes\tbits\n");
  SyntheticGenerator generator(options.seed);
  Progress progress("synth", options.bytes);
  SyntheticSummary summary;
  while (summary.bytes < options.bytes) {
    const SyntheticDocument document = generator.next();
    if (summary.documents > 0) texts.write("\n");
    texts.write(document.text);
    texts.write("\n");
    const auto size = static_cast<int64_t>(document.text.size());
    bits.write(fmt::format(
        "{}\t{}\t{:.17g}\n", summary.documents, size, document.bits));
    ++summary.documents;
    summary.bytes += size;
    summary.bits += document.bits;
    if (summary.documents % 256 == 0) {
      check_interrupted();
      progress.update(summary.bytes);
    }
  }
  texts.sync();
  bits.sync();
  // The bits first: a corpus that is there has them.
  bits.commit();
  texts.commit();
  progress.update(summary.bytes);
  progress.finish();
  return summary;
}

} // namespace nanobrain
