#include "tests/tokenizer/lexical_small.h"

#include <map>
#include <regex>
#include <tuple>

#include "tests/tokenizer/texts.h"

namespace nanobrain::testing {

namespace {

using Ids = std::vector<TokenId>;
using PieceIds = std::map<std::string, TokenId, std::less<>>;

/// Calls visit(ids) for each way to part a text into pieces and bytes.
template <class Visit>
void visit_ways(
    const PieceIds& pieces, std::string_view rest, Ids& ids, Visit& visit) {
  if (rest.empty()) return visit(ids);
  const auto go_on = [&](TokenId id, size_t size) {
    ids.push_back(id);
    visit_ways(pieces, rest.substr(size), ids, visit);
    ids.pop_back();
  };
  go_on(static_cast<unsigned char>(rest[0]), 1);
  for (size_t size = 1; size <= rest.size(); ++size) {
    const auto found = pieces.find(rest.substr(0, size));
    if (found != pieces.end()) go_on(found->second, size);
  }
}

/// What the rule compares; the smallest is the best.
auto rank(const LexicalVocabulary& vocabulary, const Ids& ids) {
  int64_t bytes = 0;
  std::vector<int64_t> lengths;
  for (const TokenId id : ids) {
    bytes += id < 256;
    lengths.push_back(-static_cast<int64_t>(vocabulary[id].bytes.size()));
  }
  return std::tuple(ids.size(), bytes, lengths);
}

} // namespace

LexicalVocabulary lexical_vocabulary(
    const std::vector<std::string>& learned, bool has_end_of_text) {
  LexicalVocabulary vocabulary = lexical_base_pieces();
  for (const auto& piece : learned) {
    vocabulary.push_back({LexicalKind::learned, piece});
  }
  if (has_end_of_text) vocabulary.push_back({LexicalKind::control, ""});
  return vocabulary;
}

std::shared_ptr<const LexicalTokenizer> small_lexical_tokenizer() {
  static const auto tokenizer =
      std::make_shared<const LexicalTokenizer>(lexical_vocabulary(split_at_bars(
          "The| cat| sleeps| peacefully| on| the| warm| mat|a|ing|er| over|ab|"
          "ag|abe|g_")));
  return tokenizer;
}

Ids try_all_ways(const LexicalVocabulary& vocabulary, const std::string& text) {
  PieceIds pieces;
  for (size_t id = 256; id < vocabulary.size(); ++id) {
    if (vocabulary[id].bytes.empty()) continue;
    pieces[vocabulary[id].bytes] = static_cast<TokenId>(id);
  }
  static const std::regex segments("[ ]*[A-Za-z0-9_]+|[ ]+|[\\s\\S]");
  Ids all;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), segments);
       match != std::sregex_iterator();
       ++match) {
    Ids best, ids;
    const auto keep_better = [&](const Ids& way) {
      if (best.empty() || rank(vocabulary, way) < rank(vocabulary, best)) {
        best = way;
      }
    };
    visit_ways(pieces, match->str(), ids, keep_better);
    all.insert(all.end(), best.begin(), best.end());
  }
  return all;
}

} // namespace nanobrain::testing
