// What splits the loss of an evaluation into parts (loss_parts.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nanobrain/data/prepare.h"
#include "nanobrain/inference/evaluation.h"

namespace nanobrain {

/// The sources of a text in its order: the inputs, with the documents that a
/// first reading counts in each; of a token file read_sources().
std::vector<SourceDocuments> find_sources(const EvalText& text);

/// Of one of EvalRequest::by. The tokenizer must outlive it. Errors of
/// find_sources() and choose_counted(); UsageError where the training tokens
/// are not known or nothing separates documents.
std::unique_ptr<TokenCounter> make_part_counter(
    const std::string& by,
    const EvalRequest& request,
    const Tokenizer& tokenizer);

} // namespace nanobrain
