// How GPT-2's files spell the bytes of a piece: each byte as one printable
// character, so that the files stay valid UTF-8 and free of white space
// (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nanobrain {

/// Bytes that Latin-1 prints stand for themselves; the other 68 (control
/// characters, the space, the soft hyphen) are U+0100 and on, in their order:
/// " a\n" is "ĠaĊ".
std::string gpt2_name(std::string_view bytes);

/// The bytes that a name spells; nothing where it has other characters.
std::optional<std::string> gpt2_bytes(std::string_view name);

} // namespace nanobrain
