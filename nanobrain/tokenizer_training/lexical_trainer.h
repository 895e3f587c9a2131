// Training of lexical tokenizers on documents.
#pragma once

#include "nanobrain/tokenizer/lexical_tokenizer.h"
#include "nanobrain/tokenizer_training/document_sample.h"
#include "nanobrain/tokenizer_training/trained.h"

namespace nanobrain {

/// The sample is 100 MB by default. Of the ids 294 are for bytes, punctuation
/// and runs of spaces, and one for the end of text. The learned pieces between
/// them are, in this order:
/// - 15/16 of the places, rounded down: the words seen most often. "the" and
///   " the" are two words; a word has the space before it where the run of
///   spaces there leaves one over (1, 9, 17 ...). Of 2 to 255 bytes: one byte
///   has an id already.
/// - the rest: parts of the other words, of 2 to 12 bytes with their space,
///   seen there at least 50 times, that save the most tokens (choose_subwords).
///   Where the sample has too few, the next words take their places.
///
/// The same documents and options give the same file. Memory is the sample and
/// some 60 bytes for each distinct word of it. Error where there is no word,
/// and where there are too few for the places: it names the largest vocabulary
/// possible.
Trained<LexicalTokenizer> train_lexical(
    const NextDocument& next, const TokenizerTraining& options);

} // namespace nanobrain
