// Figures of models that others have measured and published.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/limits.h"

namespace nanobrain {

struct PublishedFigure {
  std::string text;    // what it was measured on, in words
  int64_t context = 0; // tokens of a window
  int64_t stride = 0;  // from window to window
  /// One of the two is given, the other follows from it.
  std::optional<double> perplexity;
  std::optional<double> nats_per_token;
  std::optional<int64_t> tokens;     // of the text
  std::optional<int64_t> text_bytes; // bytes of the text
  std::string text_sha256;           // empty: not known
  std::string source;                // where it was published

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(text, "what it was measured on, in words");
    FIELD(context, "tokens of a window");
    FIELD(stride, "tokens from window to window");
    FIELD(perplexity, "of a token");
    FIELD(nats_per_token, "instead of the perplexity");
    FIELD(tokens, "of the text");
    FIELD(text_bytes, "bytes of the text");
    FIELD(text_sha256, "of the text: what it is known by");
    FIELD(source, "where it was published");
  }

  /// True where the figure was measured on the text of this checksum.
  bool is_of(std::string_view sha256) const;
  /// nats_per_token * tokens / ln 2 / text_bytes, where is_of(sha256); of
  /// another text the bytes are not known.
  std::optional<double> bits_per_byte(std::string_view sha256) const;
};

struct PublishedModel {
  std::string model; // its name
  std::optional<int64_t> parameters;
  std::vector<PublishedFigure> figures;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(model, "its name");
    FIELD(parameters, "count");
    FIELD(figures, "text, context, stride, perplexity, source, ...");
  }
};

/// The file of references/, compiled in.
extern const char* const kGpt2SmallPublished;

/// "gpt2-small-published", which is part of the program, or a JSON file of the
/// same form. UsageError if it is neither, or a key is missing or wrong.
PublishedModel load_published(const std::string& reference);

} // namespace nanobrain
