// What a folder holds and what this machine runs it with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/config/model_config.h"

namespace nanobrain {

struct ModelFacts {
  ModelConfig config;
  int64_t end_of_text = -1; // eos_token_id
  int64_t parameters = 0;   // scales are none
  int64_t file_bytes = 0;   // of the weights
  /// embedder (the head is tied to it), positions, blocks, final norm, header
  std::vector<std::pair<std::string, int64_t>> bytes_by_part = {};
  std::string tokenizer; // its kind
  int64_t tokenizer_ids = 0;
  std::string tokenizer_hash;

  /// Keys: those of the model, "tokenizer" and, of the machine and the build,
  /// "isa", "isas_available", "threads", "cpu", "commit".
  Json to_json() const;
  std::string to_text() const;
};

/// Opens a folder; errors as of open_model().
ModelFacts read_model_facts(const std::filesystem::path& folder);

} // namespace nanobrain
