// Opens the model that a command is given, with its tokenizer.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "nanobrain/documents/document_reader.h"
#include "nanobrain/inference/language_model.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

class TokenCounter;
struct EvalRequest;

/// Opens an f32 model folder; `bf16`: matrix products in bf16.
using OpenF32 = std::function<std::unique_ptr<LanguageModel>(
    const fs::path& folder, bool bf16)>;
using OpenDocuments = std::function<std::unique_ptr<DocumentReader>(
    const std::vector<fs::path>& inputs, const DocumentOptions& options)>;
/// What counts over the tokens of an evaluation (evaluation.h).
using MakeCounters = std::function<std::vector<std::unique_ptr<TokenCounter>>(
    const EvalRequest& request, const Tokenizer& tokenizer)>;

/// What a program adds to the int8 engine, as libraries that a smaller program
/// does without.
struct Capabilities {
  OpenF32 open_f32 = {}; // empty: int8 folders only
  OpenDocuments open_documents = open_plain_documents;
  MakeCounters make_counters = {}; // empty: none
};

struct OpenedModel {
  std::unique_ptr<LanguageModel> model;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// `path` itself where it holds a config.json, else its folder model/ (a run
/// folder). Error if neither is a model; of a run that has not finished it
/// names the newest checkpoint.
fs::path find_model_folder(const fs::path& path);

/// The model of a folder, f32 or int8. Errors as of require_precision(); Error
/// where it is an f32 model and the program runs none.
std::unique_ptr<LanguageModel> open_language_model(
    const fs::path& folder,
    const Capabilities& capabilities,
    bool bf16 = false);

/// The model that a path stands for, with its tokenizer, which must be there.
OpenedModel open_model(
    const fs::path& path, const Capabilities& capabilities, bool bf16 = false);

/// The context asked for, else the one that the model was trained at. A line on
/// stderr where it is longer than that: positions past it are untrained.
int64_t choose_context(
    std::string_view command,
    std::optional<int64_t> requested,
    int64_t trained,
    std::string_view model);

/// UsageError if bf16 is asked of an int8 model.
void require_precision(const fs::path& folder, bool bf16);

} // namespace nanobrain
