#include "nanobrain/quantize/gguf_export.h"

#include <fmt/format.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/gguf_file.h"
#include "nanobrain/tokenizer/gpt2_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// general.file_type: what most tensors are.
constexpr uint32_t kAllF32 = 0;
constexpr uint32_t kMostlyQ8_0 = 7;
constexpr uint32_t kQuantizationVersion = 2;

/// The parameters under llama.cpp's names, zero biases too, and their memory.
class TensorList {
 public:
  /// With the positions of the first `context` tokens.
  TensorList(NanoLM& model, int64_t context, GgmlType matrices) {
    const auto parameters = model->named_parameters();
    for (const Parameter& p : list_stored_parameters(model->config())) {
      // llama.cpp's graph of GPT-2 adds biases in any case.
      const Tensor* own = parameters.find(p.name);
      const Tensor values = own != nullptr ? *own : torch::zeros(p.shape);
      const bool positions = p.part == Part::kPositions;
      add(p.gguf_name(),
          positions ? values.narrow(0, 0, context) : values,
          p.int8_storage() == Int8Storage::kRows ? matrices : GgmlType::kF32);
    }
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

  std::vector<Tensor> owned_;
  std::vector<GgufTensor> tensors_;
};

GgufMetadata describe(
    const ModelConfig& config,
    int64_t context,
    const std::string& name,
    bool quantized) {
  const auto count = [](int64_t value) { return static_cast<uint32_t>(value); };
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
       {"gpt2.context_length", count(context)},
       {"gpt2.embedding_length", count(config.model_dim)},
       {"gpt2.feed_forward_length", count(config.ffn_dim)},
       {"gpt2.block_count", count(config.num_layers)},
       {"gpt2.attention.head_count", count(config.num_heads)},
       {"gpt2.attention.layer_norm_epsilon",
        static_cast<float>(config.layer_norm_epsilon)}});
  return metadata;
}

/// Lists with an entry for each id.
struct PieceLists {
  std::vector<std::string> names;
  std::vector<float> scores;
  std::vector<int32_t> types; // the numbers are SentencePiece's
  int64_t unknown = -1;

  void add(const std::string& name, float score, PieceType type) {
    if (type == PieceType::unknown) unknown = std::ssize(names);
    names.push_back(name);
    scores.push_back(score);
    types.push_back(static_cast<int32_t>(type));
  }
};

std::vector<std::string> merges_of(const Gpt2Vocabulary& vocabulary) {
  std::vector<std::string> merges;
  for (const auto& merge : vocabulary.merges) {
    merges.push_back(fmt::format(
        "{} {}",
        vocabulary.pieces[merge.left].name,
        vocabulary.pieces[merge.right].name));
  }
  return merges;
}

/// A tokenizer in the metadata, as llama.cpp reads it.
struct GgufTokenizer {
  GgufMetadata metadata;
  std::string model; // "llama", "gpt2", "none"
  std::string note;  // what a user has to know; empty: nothing
};

/// SentencePiece becomes "llama" (pieces, scores, types, no space in front),
/// GPT-2 "gpt2" (pieces and merges). A lexical vocabulary, or none (nullptr),
/// becomes "none": such a file takes and gives ids. Ids of the model past the
/// tokenizer's are filled with unused pieces.
GgufTokenizer gguf_tokenizer(const Tokenizer* tokenizer, int64_t vocab_size) {
  const auto* llama = dynamic_cast<const SentencePieceTokenizer*>(tokenizer);
  const auto* gpt2 = dynamic_cast<const Gpt2Tokenizer*>(tokenizer);
  GgufTokenizer result;
  result.model = llama != nullptr ? "llama" : gpt2 != nullptr ? "gpt2" : "none";
  const auto put = [&](const char* key, const GgufValue& value) {
    result.metadata.emplace_back(std::string("tokenizer.ggml.") + key, value);
  };
  put("model", result.model);
  PieceLists lists;
  if (llama != nullptr) {
    for (const auto& piece : llama->model().pieces) {
      lists.add(piece.text, piece.score, piece.type);
    }
  } else if (gpt2 != nullptr) {
    for (const auto& piece : gpt2->vocabulary().pieces) {
      const bool control = piece.bytes.empty();
      lists.add(
          piece.name, 0, control ? PieceType::control : PieceType::normal);
    }
    put("pre", "gpt-2");
  } else {
    result.note = tokenizer == nullptr
                      ? "the model has no tokenizer"
                      : fmt::format(
                            "GGUF has no equivalent of the {} tokenizer, which "
                            "is left out",
                            tokenizer->kind());
    result.note += ": the file takes and gives ids";
    return result;
  }
  while (std::ssize(lists.names) < vocab_size) {
    lists.add(fmt::format("[PAD{}]", lists.names.size()), 0, PieceType::unused);
  }
  const auto put_id = [&](const char* key, int64_t id) {
    if (id >= 0) put(key, static_cast<uint32_t>(id));
  };
  put_id("unknown_token_id", lists.unknown);
  // Without these llama.cpp takes ids and habits of Llama's own vocabulary.
  put_id("bos_token_id", tokenizer->end_of_text());
  put_id("eos_token_id", tokenizer->end_of_text());
  put("add_bos_token", false);
  put("add_eos_token", false);
  put("add_space_prefix", false);
  put("tokens", lists.names);
  if (llama != nullptr) put("scores", lists.scores);
  put("token_type", lists.types);
  if (gpt2 != nullptr) put("merges", merges_of(gpt2->vocabulary()));
  return result;
}

} // namespace

ExportReport export_model(const ExportRequest& request) {
  require<UsageError>(
      request.format == "gguf",
      "export",
      "--format must be gguf, but is \"{}\"",
      request.format);
  const bool quantized = request.type == "q8_0";
  require<UsageError>(
      quantized || request.type == "f32",
      "export",
      "--type must be f32 or q8_0, but is \"{}\"",
      request.type);
  if (!request.force) require_new_file(request.output, "export");
  auto [folder, model, tokenizer] = open_f32_folder(request.model);
  const ModelConfig& config = model->config();

  // llama.cpp sees as many tokens as the file has positions: the trained ones.
  const int64_t context = trained_context(folder, config.max_seq_len);
  const TensorList list(
      model, context, quantized ? GgmlType::kQ8_0 : GgmlType::kF32);
  const std::string name = fs::weakly_canonical(request.model).filename();
  GgufMetadata metadata = describe(config, context, name, quantized);
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
