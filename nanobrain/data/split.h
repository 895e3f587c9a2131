// Which documents are held out for validation.
#pragma once

#include <cstdint>
#include <string_view>

namespace nanobrain {

/// True for about `fraction` of all documents. Depends on the document's bytes
/// and the seed alone, so that a document keeps its side when files are added
/// or reordered, and copies of a document are always on the same side.
bool is_validation(
    std::string_view document, double fraction, uint64_t seed = 0);

} // namespace nanobrain
