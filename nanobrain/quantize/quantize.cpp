#include "nanobrain/quantize/quantize.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/message.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/int8_weights.h"
#include "nanobrain/quantize/quality.h"
#include "nanobrain/runtime/model.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

void check(const QuantizeRequest& request) {
  const bool dynamic = request.method == "dynamic";
  require<UsageError>(
      dynamic || request.method == "static-weights",
      "quantize",
      "--method must be static-weights or dynamic, but is \"{}\"",
      request.method);
  require<UsageError>(
      !dynamic || !request.text.inputs.empty(),
      "quantize",
      "--method dynamic is a row of the comparison on a text; give --text");
}

/// What is inside the model's folder belongs to the model.
void require_outside(const fs::path& output, const fs::path& folder) {
  const fs::path inner = fs::weakly_canonical(output);
  const fs::path outer = fs::canonical(folder);
  const auto [end, _] = std::ranges::mismatch(outer, inner);
  require(
      end != outer.end(),
      "quantize",
      "{} lies in the folder of the model itself; name another",
      output.string());
}

std::vector<PartBytes> count_parts(
    const ModelConfig& config, const Int8Weights& weights, int64_t file_bytes) {
  std::map<Part, ModelSize> sizes;
  for (const Parameter& p : list_parameters(config)) sizes[p.part].add(p);
  std::vector<PartBytes> parts;
  int64_t header = file_bytes;
  for (const auto& [part, bytes] : weights.bytes_by_part()) {
    const std::string title =
        part == Part::kFinalNorm ? "final norm" : name_of(part);
    parts.push_back({title, sizes[part].parameters, bytes});
    header -= bytes;
  }
  parts.push_back({"header", 0, header});
  return parts;
}

std::vector<NamedError> matrix_errors(
    NanoLM& model, const Int8Weights& weights) {
  std::vector<NamedError> errors;
  const auto tensors = model->named_parameters();
  for (const Parameter& p : list_parameters(model->config())) {
    const auto storage = p.int8_storage();
    if (storage != Int8Storage::kRows && storage != Int8Storage::kHalf)
      continue;
    const Tensor stored = storage == Int8Storage::kHalf
                              ? weights.positions()
                              : weights.matrices().at(p.module()).dequantized();
    errors.push_back({p.module(), relative_error(stored, tensors[p.name])});
  }
  return errors;
}

std::vector<NamedError> block_errors(const std::vector<double>& values) {
  std::vector<NamedError> errors;
  for (const double value : values) {
    errors.push_back({fmt::format("h.{}", errors.size()), value});
  }
  return errors;
}

} // namespace

QuantizeReport quantize_model(const QuantizeRequest& request) {
  check(request);
  require_new_directory(request.output, "quantize");
  const fs::path folder = find_model_folder(request.model);
  require_outside(request.output, folder);
  const int64_t threads = set_threads(request.threads);
  NanoLM model = load_model(folder);
  const ModelConfig& config = model->config();
  const bool compares = !request.text.inputs.empty();
  const auto tokenizer = compares
                             ? open_model_tokenizer(folder, config.vocab_size)
                             : load_model_tokenizer(folder, config.vocab_size);
  if (compares) require_tokens(request.text, *tokenizer);

  const Int8Weights weights(model);
  write_model_folder(
      request.output,
      config,
      tokenizer.get(),
      training_record(folder),
      [&](const fs::path& written) {
        weights.write(written / kInt8WeightsFile);
      });

  QuantizeReport report;
  report.output = request.output;
  report.bytes =
      static_cast<int64_t>(fs::file_size(request.output / kInt8WeightsFile));
  report.f32_bytes = static_cast<int64_t>(fs::file_size(folder / kWeightsFile));
  report.parts = count_parts(config, weights, report.bytes);
  report.matrices = matrix_errors(model, weights);
  if (!compares) return report;
  const QualityRequest quality{
      .text = request.text,
      .context = request.context,
      .torch_dynamic = request.method == "dynamic",
      .threads = threads};
  try {
    report.blocks =
        block_errors(measure_block_errors(model, weights, *tokenizer, quality));
    report.methods =
        measure_quality(model, request.output, *tokenizer, quality);
  } catch (const Error&) {
    print_message(
        "quantize: {} is written and whole; only the comparison has not ended",
        request.output.string());
    throw;
  }
  return report;
}

} // namespace nanobrain
