#include "nanobrain/deploy/int8_folder.h"

#include <future>

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"

namespace nanobrain {

Int8Folder open_int8_folder(const std::filesystem::path& folder) {
  require(
      std::filesystem::is_directory(folder),
      "model",
      "{} is no folder; name one that nanobrain quantize made",
      folder.string());
  // Each takes milliseconds. Where both are at fault the model's error counts.
  auto found = std::async(
      std::launch::async, [&folder] { return find_tokenizer(folder); });
  Int8Folder opened;
  opened.model = RuntimeModel::load(folder);
  opened.tokenizer = open_model_tokenizer(
      folder, opened.model->config().vocab_size, found.get());
  return opened;
}

} // namespace nanobrain
