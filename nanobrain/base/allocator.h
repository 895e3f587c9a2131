// The C library's allocator, set for the tensors of a model's passes.
#pragma once

namespace nanobrain {

/// Keeps up to 256 MB of freed memory, and hands out blocks up to 32 MB from
/// it. The same tensors are asked for in every pass: where they go back to the
/// kernel in between, their page faults cost some 5 % of the time.
/// Does nothing for C libraries other than GNU's. Call once at the start.
void keep_freed_memory();

} // namespace nanobrain
