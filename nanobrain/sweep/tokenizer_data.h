// The tokenizers of a sweep, each with the tokens that its cells train on.
#pragma once

#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// Trains a tokenizer on the sweep's text and prepares its tokens, once for all
/// workers: another one that is at it is waited for. Error with the last line
/// of the process that failed.
void prepare_tokenizer_data(
    const SweepFolder& folder,
    const SweepText& text,
    const CellTokenizer& tokenizer,
    const RunTools& tools);

} // namespace nanobrain
