// A bounded sample of a stream of documents.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nanobrain {

/// Sets the text to the next document; false at the end.
using NextDocument = std::function<bool(std::string&)>;

/// Passages of all documents where they come to no more than `max_bytes`, a
/// uniform sample of them, of at most that size, otherwise. Passages are
/// documents, long ones cut before spaces or line ends about every 16 KiB.
/// Each passage draws a number from (seed, its place in the stream) and those
/// with the smallest stay (bottom-k sampling), so that one pass suffices,
/// memory is bounded by `max_bytes`, and the same stream gives the same sample.
std::vector<std::string> sample_documents(
    const NextDocument& next, int64_t max_bytes, uint64_t seed);

} // namespace nanobrain
