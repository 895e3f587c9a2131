#include "nanobrain/data/sided_documents.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/random.h"

namespace nanobrain {

Side side_of(
    std::string_view document,
    double val_fraction,
    double test_fraction,
    uint64_t seed) {
  // The seed is mixed so that small seeds are no neighbours of XXH3's own 0.
  const uint64_t hash = hash64(document, mix64(seed + 0x5b117));
  const double share = static_cast<double>(hash >> 11) * 0x1p-53;
  return share < val_fraction                   ? Side::kVal
         : share < val_fraction + test_fraction ? Side::kTest
                                                : Side::kTrain;
}

SidedDocuments::SidedDocuments(
    const std::vector<fs::path>& inputs, const PrepareOptions& options)
    : options_(options) {
  for (const auto* named : {&options.val_inputs, &inputs}) {
    for (const fs::path& input : *named) {
      readers_.push_back(open_documents({input}, options.documents));
    }
  }
}

bool SidedDocuments::next(std::string& text, Side& side) {
  while (reader_ < readers_.size() && !readers_[reader_]->next(text)) {
    read_ += readers_[reader_]->input_position();
    ++reader_;
  }
  if (reader_ == readers_.size()) return false;
  side = reader_ < val_inputs()
             ? Side::kVal
             : side_of(
                   text,
                   val_inputs() > 0 ? 0.0 : options_.val_fraction,
                   options_.test_share(),
                   options_.split_seed);
  fingerprint_ = mix64(fingerprint_ + hash64(text));
  return true;
}

DocumentCounts SidedDocuments::counts() const {
  DocumentCounts sum;
  for (const auto& reader : readers_) sum += reader->counts();
  return sum;
}

int64_t SidedDocuments::position() const {
  return reader_ == readers_.size()
             ? read_
             : read_ + readers_[reader_]->input_position();
}

int64_t SidedDocuments::size() const {
  int64_t sum = 0;
  for (const auto& reader : readers_) sum += reader->input_size();
  return sum;
}

} // namespace nanobrain
