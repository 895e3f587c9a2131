// The downloads that nanobrain knows by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nanobrain/fetch/file_list.h"

namespace nanobrain {

/// "gpt2": GPT-2 small (124M) with its tokenizer, a Hugging Face directory.
/// "fineweb-edu": the first `shards` (1 where not given) of the 14 parquet
/// shards of FineWeb-EDU's 10-billion-token sample.
/// Both at a fixed revision, with published lengths and checksums. `base_url`,
/// where not empty, names a mirror of https://huggingface.co. UsageError for
/// other names, other numbers of shards, and shards of what has none.
FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards = {},
    const std::string& base_url = "");

} // namespace nanobrain
