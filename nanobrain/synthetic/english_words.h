// The stems that the words of the synthetic corpus are made of.
#pragma once

#include <string_view>

namespace nanobrain {

/// A line a class and its stems, most frequent first; an indented line goes on.
/// [topic] begins the words of a topic, [general] those of none. "A B + c d" is
/// every beginning with every ending, and what follows a second + the further
/// forms of each.
std::string_view english_words();

} // namespace nanobrain
