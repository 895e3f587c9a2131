#include "nanobrain/model/huggingface.h"

#include <fmt/ranges.h>

#include <map>
#include <string>
#include <string_view>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/model/tensor_file.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr const char* kHead = "lm_head.weight";

/// The file's tensors by their names without prefix; masks are left out.
std::map<std::string, TensorView> stored_tensors(
    const SafetensorsFile& file, const std::string& where) {
  std::map<std::string, TensorView> by_name;
  for (const auto& [stored, view] : file.tensors()) {
    std::string_view name = stored;
    if (name.starts_with(kFilePrefix)) name.remove_prefix(kFilePrefix.size());
    if (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias")) {
      continue;
    }
    require(
        by_name.emplace(name, view).second,
        where,
        "holds {} twice, with and without \"{}\"",
        name,
        kFilePrefix);
  }
  return by_name;
}

void read_weights(const fs::path& path, NanoLM& model) {
  const torch::NoGradGuard no_grad;
  const SafetensorsFile file(path);
  auto stored = stored_tensors(file, path.string());
  // Takes a tensor out; undefined where there is none.
  const auto take = [&](const std::string& name,
                        const std::vector<int64_t>& shape) -> Tensor {
    const auto node = stored.extract(name);
    if (node.empty()) return {};
    const std::string where = fmt::format("{}: {}", path.string(), name);
    require(
        node.mapped().shape == shape,
        where,
        "has shape [{}], but config.json says [{}]",
        fmt::join(node.mapped().shape, ", "),
        fmt::join(shape, ", "));
    const Tensor tensor = read_tensor(node.mapped(), where);
    require(
        tensor.isfinite().all().item<bool>(),
        where,
        "holds values that are not finite; the model is broken");
    return tensor;
  };
  std::vector<std::string> known;
  const auto parameters = model->named_parameters();
  for (const Parameter& p : list_stored_parameters(model->config())) {
    known.push_back(p.name);
    const Tensor tensor = take(p.name, p.huggingface_shape());
    const Tensor* own = parameters.find(p.name);
    if (own == nullptr) {
      require(
          !tensor.defined() || !tensor.any().item<bool>(),
          path.string(),
          "{} is not zero, but config.json says that there are no biases",
          p.name);
      continue;
    }
    require(tensor.defined(), path.string(), "has no tensor {}", p.name);
    own->copy_(p.transposed() ? tensor.t() : tensor);
  }
  const Tensor head = take(kHead, model->wte->weight.sizes().vec());
  require(
      !head.defined() || head.equal(model->wte->weight.to(torch::kCPU)),
      path.string(),
      "{} differs from wte.weight; heads that are not tied are not supported",
      kHead);
  if (stored.empty()) return;
  const std::string& name = stored.begin()->first;
  const std::string nearest = nearest_name(name, known);
  fail(
      path.string(),
      "holds a tensor {} that this model has not{}",
      name,
      nearest.empty() ? "" : "; nearest: " + nearest);
}

void write_weights(const fs::path& file, NanoLM& model) {
  NamedTensors tensors;
  const auto parameters = model->named_parameters();
  for (const Parameter& p : list_stored_parameters(model->config())) {
    const Tensor* own = parameters.find(p.name);
    const Tensor tensor = own != nullptr ? own->detach().to(torch::kFloat32)
                                         : torch::zeros(p.shape);
    tensors.emplace_back(
        p.huggingface_name(), p.transposed() ? tensor.t() : tensor);
  }
  write_tensors(file, tensors, {{"format", "pt"}});
}

void require_weights(const fs::path& directory) {
  if (fs::exists(directory / kWeightsFile)) return;
  require(
      !is_int8_folder(directory),
      directory.string(),
      "is an int8 model; name the f32 model that it was made from");
  const bool other = fs::exists(directory / "model.safetensors.index.json") ||
                     fs::exists(directory / "pytorch_model.bin");
  fail(
      directory.string(),
      "has no {}{}",
      kWeightsFile,
      other ? "; weights in parts or in pickle files are not read: save the "
              "model again as one safetensors file"
            : "; is it a model folder?");
}

} // namespace

NanoLM load_model(const fs::path& directory) {
  require_weights(directory);
  const Json manifest = read_model_manifest(directory);
  if (!manifest.empty()) {
    verify_files(directory, manifest.value("files", Json()));
  }
  NanoLM model(read_model_config(directory).model, std::nullopt);
  read_weights(directory / kWeightsFile, model);
  return model;
}

F32Folder open_f32_folder(const fs::path& path) {
  const fs::path folder = find_model_folder(path);
  NanoLM model = load_model(folder);
  auto tokenizer = load_model_tokenizer(folder, model->config().vocab_size);
  return {folder, std::move(model), std::move(tokenizer)};
}

void save_model(
    const fs::path& directory,
    NanoLM& model,
    const Tokenizer* tokenizer,
    const Json& record) {
  const ModelConfig& config = model->config();
  require(
      tokenizer == nullptr || tokenizer->vocab_size() == config.vocab_size,
      directory.string(),
      "the tokenizer has {} ids, but the model {}",
      tokenizer != nullptr ? tokenizer->vocab_size() : 0,
      config.vocab_size);
  write_model_folder(
      directory,
      config,
      tokenizer,
      {{"training", record}},
      [&](const fs::path& folder) {
        write_weights(folder / kWeightsFile, model);
      });
}

} // namespace nanobrain
