#include "nanobrain/quantize/gguf_export.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/gguf_file.h"
#include "nanobrain/quantize/gguf_tokenizer.h"

namespace nanobrain {

namespace fs = std::filesystem;
using torch::Tensor;

namespace {

/// general.file_type: what most tensors are.
constexpr uint32_t kAllF32 = 0;
constexpr uint32_t kMostlyQ8_0 = 7;
constexpr uint32_t kQuantizationVersion = 2;

GgmlType parse_type(const std::string& type) {
  if (type == "f32") return GgmlType::kF32;
  if (type == "q8_0") return GgmlType::kQ8_0;
  fail<UsageError>("export", "--type must be f32 or q8_0, but is \"{}\"", type);
}

/// The model's parameters under llama.cpp's names, and the memory that they
/// and the zero biases lie in.
class TensorList {
 public:
  TensorList(NanoLM& model, GgmlType matrices) : matrices_(matrices) {
    add_matrix("token_embd", model->wte->weight);
    add("position_embd.weight", model->wpe->weight, GgmlType::kF32);
    for (size_t i = 0; i < model->h->size(); ++i) {
      add_block(fmt::format("blk.{}.", i), model->h->at<BlockImpl>(i));
    }
    add_norm("output_norm", model->ln_f);
  }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }

 private:
  void add(const std::string& name, const Tensor& parameter, GgmlType type) {
    owned_.push_back(
        parameter.detach().to(torch::kCPU, torch::kFloat32).contiguous());
    const Tensor& values = owned_.back();
    tensors_.push_back(
        {name,
         values.sizes().vec(),
         type,
         {values.const_data_ptr<float>(),
          static_cast<size_t>(values.numel())}});
  }
  void add_matrix(const std::string& name, const Tensor& weight) {
    add(name + ".weight", weight, matrices_);
  }
  void add_norm(const std::string& name, const torch::nn::LayerNorm& norm) {
    add(name + ".weight", norm->weight, GgmlType::kF32);
    add(name + ".bias", norm->bias, GgmlType::kF32);
  }
  /// llama.cpp's graph of GPT-2 adds biases in any case.
  void add_linear(const std::string& name, const Linear& linear) {
    add_matrix(name, linear->weight);
    const Tensor& bias = linear->bias;
    add(name + ".bias",
        bias.defined() ? bias : torch::zeros(linear->weight.size(0)),
        GgmlType::kF32);
  }
  void add_block(const std::string& prefix, const BlockImpl& block) {
    add_norm(prefix + "attn_norm", block.ln_1);
    add_linear(prefix + "attn_qkv", block.attn->c_attn);
    add_linear(prefix + "attn_output", block.attn->c_proj);
    add_norm(prefix + "ffn_norm", block.ln_2);
    add_linear(prefix + "ffn_up", block.mlp->c_fc);
    add_linear(prefix + "ffn_down", block.mlp->c_proj);
  }

  GgmlType matrices_;
  std::vector<Tensor> owned_;
  std::vector<GgufTensor> tensors_;
};

GgufMetadata describe(
    const ModelConfig& config, const std::string& name, GgmlType type) {
  const auto count = [](int64_t value) { return static_cast<uint32_t>(value); };
  const bool quantized = type == GgmlType::kQ8_0;
  GgufMetadata metadata = {
      {"general.architecture", "gpt2"},
      {"general.name", name},
      {"general.file_type", quantized ? kMostlyQ8_0 : kAllF32}};
  if (quantized) {
    metadata.emplace_back("general.quantization_version", kQuantizationVersion);
  }
  metadata.insert(
      metadata.end(),
      {{"gpt2.vocab_size", count(config.vocab_size)},
       {"gpt2.context_length", count(config.max_seq_len)},
       {"gpt2.embedding_length", count(config.model_dim)},
       {"gpt2.feed_forward_length", count(config.ffn_dim)},
       {"gpt2.block_count", count(config.num_layers)},
       {"gpt2.attention.head_count", count(config.num_heads)},
       {"gpt2.attention.layer_norm_epsilon",
        static_cast<float>(config.layer_norm_epsilon)}});
  return metadata;
}

/// The folder of the f32 model that is meant.
fs::path find_f32_model(const fs::path& path) {
  const fs::path folder = find_model_folder(path);
  require(
      fs::exists(folder / "model.safetensors") ||
          !fs::exists(folder / "model.int8.safetensors"),
      "export",
      "{} is an int8 model; name the f32 model that it was made from",
      folder.string());
  return folder;
}

} // namespace

ExportReport export_model(const ExportRequest& request) {
  require<UsageError>(
      request.format == "gguf",
      "export",
      "--format must be gguf, but is \"{}\"",
      request.format);
  const GgmlType type = parse_type(request.type);
  if (!request.force) require_new_file(request.output, "export");
  const fs::path folder = find_f32_model(request.model);
  NanoLM model = load_model(folder);
  const ModelConfig& config = model->config();
  const auto tokenizer = load_model_tokenizer(folder, config.vocab_size);

  const TensorList list(model, type);
  const std::string name = fs::weakly_canonical(request.model).filename();
  GgufMetadata metadata = describe(config, name, type);
  GgufTokenizer words = gguf_tokenizer(tokenizer.get(), config.vocab_size);
  metadata.insert(metadata.end(), words.metadata.begin(), words.metadata.end());
  write_gguf(request.output, metadata, list.tensors());

  ExportReport report;
  report.output = request.output;
  report.type = request.type;
  report.tokenizer = words.model;
  report.tensors = static_cast<int64_t>(list.tensors().size());
  for (const GgufTensor& t : list.tensors()) report.tensor_bytes += t.bytes();
  report.bytes = static_cast<int64_t>(fs::file_size(request.output));
  if (!words.note.empty()) report.notes.push_back(words.note);
  if (config.activation != "gelu_new") {
    report.notes.push_back(
        "llama.cpp computes every GPT-2 with GELU's tanh formula, and this "
        "model was made with the exact one: activations differ by up to "
        "4.7e-4");
  }
  return report;
}

Json ExportReport::to_json() const {
  return {
      {"output", output.string()},
      {"format", "gguf"},
      {"type", type},
      {"bytes", bytes},
      {"tensors", tensors},
      {"tensor_bytes", tensor_bytes},
      {"tokenizer", tokenizer},
      {"notes", notes}};
}

} // namespace nanobrain
