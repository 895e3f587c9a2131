// A model as a GGUF file, for llama.cpp and the other programs on ggml.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct ExportRequest {
  std::filesystem::path model; // model folder, or run folder
  std::filesystem::path output;
  std::string format = "gguf";
  std::string type = "f32"; // or "q8_0": matrices but the positions in Q8_0
  bool force = false;       // replace a file that exists
};

struct ExportReport {
  std::filesystem::path output;
  std::string type;
  std::string tokenizer; // as GGUF names it: "llama", "gpt2", "none"
  int64_t tensors = 0;
  int64_t tensor_bytes = 0; // the tokenizer and the header left out
  int64_t bytes = 0;
  std::vector<std::string> notes; // what other programs will do otherwise

  Json to_json() const;
};

/// Writes the gpt2 architecture of llama.cpp: its tensor names, matrices
/// [out, in], zero biases where the model has none, no head (it is tied), the
/// tokenizer. UsageError for an unknown format or type; Error if the output
/// exists, the model is an int8 one, or Q8_0 cannot hold it.
ExportReport export_model(const ExportRequest& request);

} // namespace nanobrain
