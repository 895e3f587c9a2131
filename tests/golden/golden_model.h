// Reads what make_model.py wrote.
#pragma once

#include <torch/types.h>

#include <string>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/json.h"
#include "nanobrain/model/nano_lm.h"
#include "tests/golden/stored_tensor.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

class GoldenModel {
 public:
  /// `name`: "erf" or "tanh".
  explicit GoldenModel(const std::string& name)
      : file_(
            source_dir() / "tests/golden" /
            ("model_" + name + ".safetensors")) {}

  torch::Tensor at(const std::string& name) const {
    return stored_tensor(file_.at(name));
  }
  /// JSON in the metadata: "config" or "training".
  Json metadata(const std::string& key) const {
    return parse_json(file_.metadata().at(key), key);
  }
  ModelConfig config() const {
    ModelConfig config;
    read_fields(metadata("config"), "golden", config);
    return config;
  }
  /// The model with the golden weights.
  NanoLM model() const {
    NanoLM model(config(), std::nullopt);
    const torch::NoGradGuard no_grad;
    for (auto& item : model->named_parameters()) {
      item.value().copy_(at("weight." + item.key()));
    }
    return model;
  }

 private:
  SafetensorsFile file_;
};

} // namespace nanobrain::testing
