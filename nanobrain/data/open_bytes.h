// Files as streams of bytes, decompressed on the way.
#pragma once

#include <filesystem>
#include <memory>

#include "nanobrain/documents/byte_source.h"

namespace nanobrain {

/// Opens a file; its extension says how it is compressed.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);

} // namespace nanobrain
