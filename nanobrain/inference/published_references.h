// The files of references/, compiled in: the program finds them wherever it
// lies.
#pragma once

namespace nanobrain {

extern const char* const kGpt2SmallPublished;

} // namespace nanobrain
