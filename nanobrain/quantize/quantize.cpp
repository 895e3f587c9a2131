#include "nanobrain/quantize/quantize.h"

#include <algorithm>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/message.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/int8_weights.h"
#include "nanobrain/quantize/quality.h"
#include "nanobrain/runtime/model.h"

namespace nanobrain {

namespace {

Json to_json(const std::vector<NamedError>& errors) {
  Json json = Json::object();
  for (const auto& [name, error] : errors) json[name] = error;
  return json;
}

Table error_table(const char* heading, const std::vector<NamedError>& errors) {
  Table table{
      .columns = {
          word_column("name", heading),
          {.key = "error", .title = "error", .format = "{:.3g}"}}};
  for (const auto& [name, error] : errors) table.rows.push_back({name, error});
  return table;
}

Table part_table(const std::vector<PartBytes>& parts) {
  Table table{
      .columns = {
          word_column("part", "part"),
          {.key = "parameters", .title = "parameters", .format = kCount},
          {.key = "f32_bytes", .title = "f32 bytes", .format = kCount},
          {.key = "int8_bytes", .title = "int8 bytes", .format = kCount}}};
  for (const auto& part : parts) {
    table.rows.push_back(
        {part.name, part.parameters, part.f32_bytes, part.int8_bytes});
  }
  return table;
}

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
      "{} is in the folder of the model itself; name another",
      output.string());
}

std::vector<PartBytes> count_parts(
    const ModelConfig& config, const Int8Weights& weights, int64_t file_bytes) {
  std::map<Part, ModelSize> sizes;
  for (const Parameter& p : list_parameters(config)) sizes[p.part].add(p);
  std::vector<PartBytes> parts;
  int64_t header = file_bytes;
  for (const auto& [part, bytes] : weights.bytes_by_part()) {
    const ModelSize& size = sizes[part];
    parts.push_back({title(part), size.parameters, size.f32_bytes, bytes});
    header -= bytes;
  }
  parts.push_back({"header", 0, 0, header});
  return parts;
}

std::vector<NamedError> matrix_errors(
    NanoLM& model, const Int8Weights& weights) {
  std::vector<NamedError> errors;
  const auto tensors = model->named_parameters();
  for (const Parameter& p : list_parameters(model->config())) {
    const auto storage = p.int8_storage();
    const bool half = storage == Int8Storage::kHalf;
    if (!half && storage != Int8Storage::kRows) continue;
    const torch::Tensor stored =
        half ? weights.positions()
             : weights.matrix(tensors[p.name]).dequantized();
    errors.push_back({p.module(), relative_error(stored, tensors[p.name])});
  }
  return errors;
}

} // namespace

QuantizeReport quantize_model(const QuantizeRequest& asked) {
  check(asked);
  QuantizeRequest request = asked;
  require_new_directory(request.output, "quantize");
  set_threads(request.threads);
  auto [folder, model, tokenizer] = open_f32_folder(request.model);
  require_outside(request.output, folder);
  const ModelConfig& config = model->config();
  const bool compares = !request.text.inputs.empty();
  request.context = choose_context(
      "quantize",
      asked.context,
      trained_context(folder, config.max_seq_len),
      asked.model.string());
  if (compares) {
    require_window_fits(*request.context, config.vocab_size);
    tokenizer = open_model_tokenizer(folder, config.vocab_size, tokenizer);
    require_tokens(request.text, *tokenizer);
  }

  const Int8Weights weights(model);
  write_model_folder(
      request.output,
      config,
      tokenizer.get(),
      {{"training", training_record(folder)},
       {"quantized_from", sha256_of_file(folder / kWeightsFile)}},
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
  try {
    report.blocks = measure_block_errors(model, weights, *tokenizer, request);
    report.methods = measure_quality(model, *tokenizer, request);
  } catch (const Error&) {
    print_message(
        "quantize: {} is written and whole; only the comparison has not ended",
        request.output.string());
    throw;
  }
  return report;
}

double QuantizeReport::bits_per_byte_delta(const MethodQuality& method) const {
  return method.loss.bits_per_byte() - methods.front().loss.bits_per_byte();
}

Json QuantizeReport::to_json() const {
  Json json = {
      {"output", output.string()},
      {"bytes", bytes},
      {"f32_bytes", f32_bytes},
      {"bits_per_byte_delta",
       methods.empty() ? Json(nullptr) : Json(bits_per_byte_delta(methods[1]))},
      {"parts", part_table(parts).json()},
      {"weight_errors", nanobrain::to_json(matrices)},
      {"block_errors", nanobrain::to_json(blocks)},
      {"methods", Json::array()}};
  for (const MethodQuality& quality : methods) {
    const bool available = quality.unavailable.empty();
    Json row = {{"method", quality.method}, {"available", available}};
    if (available) {
      row.update(quality.loss.to_json());
      row["bits_per_byte_delta"] = bits_per_byte_delta(quality);
      row["kl_nats"] = quality.kl_nats;
      row["same_top1"] = quality.same_top1;
    } else {
      row["unavailable"] = quality.unavailable;
    }
    json["methods"].push_back(row);
  }
  return json;
}

std::vector<Table> QuantizeReport::tables() const {
  std::vector<Table> tables = {part_table(parts)};
  tables.front().preface = {fmt::format(
      "wrote {}: {} {} ({} bytes), f32 {}",
      output.string(),
      kInt8WeightsFile,
      format_bytes(static_cast<double>(bytes)),
      format_count(bytes),
      format_bytes(static_cast<double>(f32_bytes)))};
  if (!matrices.empty()) tables.push_back(error_table("weights of", matrices));
  if (!blocks.empty()) tables.push_back(error_table("outputs of", blocks));
  if (methods.empty()) return tables;
  const LossSum& f32 = methods.front().loss;
  Table table{
      .columns = {
          word_column("method", format_count(f32.tokens) + " tokens"),
          {"bits_per_byte", "bits/byte", "{:.5f}"},
          {"bits_per_byte_delta", "less f32", "{:+.5f}"},
          {.title = "of f32", .format = "{:+.3f} %"},
          {"kl_nats", "KL, nats", "{:.3g}"},
          {.title = "same top-1", .format = "{:.2f} %"},
          {.key = "same_top1"}}};
  for (const MethodQuality& quality : methods) {
    TableRow& row =
        table.rows.emplace_back(table.columns.size(), TableCell(nullptr));
    row[0] = quality.method;
    if (!quality.unavailable.empty()) {
      table.notes.push_back(
          quality.method + " not available: " + quality.unavailable);
      continue;
    }
    row[1] = quality.loss.bits_per_byte();
    if (&quality == &methods.front()) continue;
    const double delta = bits_per_byte_delta(quality);
    row[2] = delta;
    row[3] = 100 * delta / f32.bits_per_byte();
    row[4] = quality.kl_nats;
    row[5] = 100 * quality.same_top1;
    row[6] = quality.same_top1;
  }
  tables.push_back(table);
  return tables;
}

} // namespace nanobrain
