#include "nanobrain/data/sided_documents.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/random.h"
#include "nanobrain/data/split.h"

namespace nanobrain {

SidedDocuments::SidedDocuments(
    const std::vector<std::filesystem::path>& inputs,
    const PrepareOptions& options)
    : val_fraction_(options.val_fraction),
      split_seed_(options.split_seed),
      main_(open_documents(inputs, options.documents)) {
  if (!options.val_inputs.empty()) {
    val_ = open_documents(options.val_inputs, options.documents);
  }
}

bool SidedDocuments::next(std::string& text, bool& is_val) {
  if (val_ && val_->next(text)) {
    is_val = true;
  } else if (main_->next(text)) {
    is_val = !val_ && is_validation(text, val_fraction_, split_seed_);
  } else {
    return false;
  }
  fingerprint_ = mix64(fingerprint_ + hash64(text));
  return true;
}

DocumentCounts SidedDocuments::counts() const {
  DocumentCounts sum = main_->counts();
  if (val_) sum += val_->counts();
  return sum;
}

int64_t SidedDocuments::position() const {
  return main_->input_position() + (val_ ? val_->input_position() : 0);
}

int64_t SidedDocuments::size() const {
  return main_->input_size() + (val_ ? val_->input_size() : 0);
}

} // namespace nanobrain
