// Regular English inflection.
#pragma once

#include <string>
#include <string_view>

namespace nanobrain {

/// "box" -> "boxes", "city" -> "cities"; the third person of verbs as well.
std::string add_s(std::string_view stem);
/// "carry" -> "carried"; `doubles`: "chop" -> "chopped".
std::string add_ed(std::string_view stem, bool doubles);
/// "carve" -> "carving"; `doubles`: "chop" -> "chopping".
std::string add_ing(std::string_view stem, bool doubles);
/// "gentle" -> "gently", "merry" -> "merrily", "energetic" -> "energetically".
std::string add_ly(std::string_view stem);
/// "a" or "an" before this word, by its first letter.
std::string_view indefinite_article(std::string_view next_word);

} // namespace nanobrain
