#include "nanobrain/data/prepare.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/random.h"
#include "nanobrain/data/token_file.h"
#include "tests/data/document_files.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using namespace ::testing;

/// Different documents of about `bytes` each.
Documents some_documents(int count, size_t bytes = 60) {
  Random random(17);
  Documents documents;
  for (int i = 0; i < count; ++i) {
    std::string text = "document " + std::to_string(i);
    while (text.size() < bytes) {
      text += " word" + std::to_string(random.below(1000));
    }
    documents.push_back(text);
  }
  return documents;
}

/// The documents of a token file, cut at the end-of-text tokens.
Documents documents_of(const fs::path& path) {
  const TokenFile file(path);
  file.check_tokens();
  Documents documents(1);
  for (int64_t i = 0; i < file.size(); ++i) {
    if (file[i] == 256) {
      documents.emplace_back();
    } else {
      documents.back() += static_cast<char>(file[i]);
    }
  }
  EXPECT_EQ(documents.back(), "") << "the last document is not ended";
  documents.pop_back();
  EXPECT_EQ(static_cast<int64_t>(documents.size()), file.info().documents);
  return documents;
}

class Prepare : public ::testing::Test {
 protected:
  Prepare() { set_progress_enabled(false); }
  ~Prepare() override { set_progress_enabled(true); }

  fs::path write(const std::string& name, const std::string& text) const {
    write_text(dir_ / name, text);
    return dir_ / name;
  }
  PrepareReport run(
      const std::vector<fs::path>& inputs, const PrepareOptions& options = {}) {
    return prepare(inputs, tokenizer_, out_, options);
  }
  /// The output, and what is named as unfinished ones are.
  std::set<std::string> left_over() const {
    auto names = names_in(dir_.path());
    std::erase_if(names, [](const std::string& name) {
      return name != "out" && !name.starts_with('.');
    });
    return names;
  }

  TempDir dir_;
  fs::path out_ = dir_ / "out";
  ByteTokenizer tokenizer_;
};

TEST_F(Prepare, SplitsByHashAndKeepsTheOrder) {
  const Documents documents = some_documents(500);
  const PrepareReport report =
      run({write("in.txt", as_text(documents))}, {.val_fraction = 0.1});
  Documents train;
  Documents val;
  Documents test; // as many, by default
  for (const std::string& text : documents) {
    const Side side = side_of(text, 0.1, 0.1);
    (side == Side::kVal    ? val
     : side == Side::kTest ? test
                           : train)
        .push_back(text);
  }
  EXPECT_EQ(documents_of(out_ / "train.tokens"), train);
  EXPECT_EQ(documents_of(out_ / "val.tokens"), val);
  EXPECT_EQ(documents_of(out_ / "test.tokens"), test);
  EXPECT_EQ(report.test.documents, static_cast<int64_t>(test.size()));
  EXPECT_THAT(report.table().text(), HasSubstr("\ntest"));
  EXPECT_EQ(report.train.documents, static_cast<int64_t>(train.size()));
  EXPECT_EQ(report.val.documents, static_cast<int64_t>(val.size()));
  EXPECT_EQ(report.read.documents, 500);
  EXPECT_EQ(report.train.tokens, report.train.bytes + report.train.documents);
  EXPECT_EQ(read_text(out_ / "tokenizer.byte"), "257");
  TokenFile(out_ / "val.tokens").require_tokenizer(tokenizer_);
}

TEST_F(Prepare, CopiesAreDroppedAndCounted) {
  Documents documents = some_documents(300);
  Documents with_copies = documents;
  for (size_t i = 0; i < 300; i += 3) with_copies.push_back(documents[i]);
  const PrepareReport report =
      run({write("a.txt", as_text(with_copies)),
           write("b.txt", as_text(documents))},
          {.val_fraction = 0.2, .test_fraction = 0.1});
  EXPECT_EQ(
      report.train.duplicates + report.val.duplicates + report.test.duplicates,
      400);
  EXPECT_GT(report.val.duplicates, 0);
  EXPECT_GT(report.test.duplicates, 0);
  EXPECT_EQ(report.overlap.val_documents, report.val.documents);
  EXPECT_EQ(report.read.documents, 700);
  Documents kept = documents_of(out_ / "train.tokens");
  for (const char* file : {"val.tokens", "test.tokens"}) {
    const Documents held_out = documents_of(out_ / file);
    kept.insert(kept.end(), held_out.begin(), held_out.end());
  }
  std::ranges::sort(kept);
  std::ranges::sort(documents);
  EXPECT_EQ(kept, documents);
}

TEST_F(Prepare, ValidationInputsReplaceTheSplit) {
  const fs::path train = write("train.txt", "one\n\ntwo\n\nheld\n\nthree\n");
  const fs::path val = write("val.txt", "held\n\nalso held\n\nheld\n");
  const PrepareReport report = run({train}, {.val_inputs = {val}});
  EXPECT_THAT(
      documents_of(out_ / "train.tokens"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(
      documents_of(out_ / "val.tokens"), ElementsAre("held", "also held"));
  EXPECT_EQ(report.train.duplicates, 1); // a copy of a validation document
  EXPECT_EQ(report.val.duplicates, 1);
  EXPECT_FALSE(fs::exists(out_ / "test.tokens"));
}

TEST_F(Prepare, ATestBesideValidationInputsOnRequest) {
  const Documents documents = some_documents(300);
  const fs::path val = write("val.txt", documents[0] + "\n\nheld\n");
  run({write("in.txt", as_text(documents))},
      {.test_fraction = 0.1, .val_inputs = {val}});
  Documents test;
  for (size_t i = 1; i < documents.size(); ++i) { // the first is validation's
    if (side_of(documents[i], 0, 0.1) == Side::kTest) {
      test.push_back(documents[i]);
    }
  }
  EXPECT_EQ(documents_of(out_ / "test.tokens"), test);
  EXPECT_EQ(documents_of(out_ / "val.tokens").size(), 2u);
}

TEST_F(Prepare, WithoutAFractionThereIsNoValidationFile) {
  const PrepareReport report =
      run({write("in.txt", "one\n\ntwo\n")}, {.val_fraction = 0.0});
  EXPECT_THAT(documents_of(out_ / "train.tokens"), ElementsAre("one", "two"));
  EXPECT_FALSE(fs::exists(out_ / "val.tokens"));
  EXPECT_FALSE(fs::exists(out_ / "test.tokens"));
  EXPECT_EQ(report.val.documents, 0);
  EXPECT_THAT(
      report.table().text(),
      AllOf(HasSubstr("train"), Not(HasSubstr("val")), HasSubstr("skipped")));
}

TEST_F(Prepare, TheNumberOfThreadsDoesNotChangeTheOutput) {
  // Over 8 MB: several batches.
  const fs::path input = write("in.txt", as_text(some_documents(5000, 4000)));
  const auto tokens = [&](int64_t threads) {
    const TempDir other;
    prepare(
        {input},
        tokenizer_,
        other / "out",
        {.val_fraction = 0.02, .threads = threads});
    return read_text(other / "out/train.tokens") +
           read_text(other / "out/val.tokens");
  };
  const std::string one = tokens(1);
  EXPECT_TRUE(tokens(2) == one);
  EXPECT_TRUE(tokens(7) == one);
}

TEST_F(Prepare, ADocumentAsLongAsABatchKeepsItsPlace) {
  Documents documents = some_documents(20);
  documents.insert(
      documents.begin() + 10, some_documents(1, 8'100'000).front());
  run({write("in.txt", as_text(documents))}, {.val_fraction = 0});
  EXPECT_EQ(documents_of(out_ / "train.tokens"), documents);
}

TEST_F(Prepare, TheReportCountsAndIsKept) {
  const std::string words =
      "a long sentence of more than thirteen words that stands in both of the "
      "files to be found";
  const fs::path train =
      write("train.txt", "It is " + words + ".\n\nbad \xff\n\nx\n\nx\n");
  const fs::path val = write("val.txt", "Here is " + words + "!\n\nother\n");
  const PrepareReport report = run({train}, {.val_inputs = {val}});
  const Json json = report.to_json();
  EXPECT_EQ(json["bytes"], report.train.bytes + report.val.bytes);
  EXPECT_EQ(json["tokens"], report.train.tokens + report.val.tokens);
  EXPECT_GT(json["mb_per_s"], 0.0);
  // "is a ... found" are 19 words: 7 n-grams, 8 with "Here", and the training
  // text has those 7.
  const std::pair<const char*, Json> expected[] = {
      {"/documents", 4},
      {"/skipped", 1},
      {"/skipped_invalid_utf8", 1},
      {"/duplicates", 1},
      {"/train/documents", 2},
      {"/val/documents", 2},
      {"/overlap/val_documents_share", 0.5},
      {"/overlap/val_ngrams", 8},
      {"/overlap/val_ngrams_in_train", 7},
      {"/overlap/exact", true}};
  for (const auto& [pointer, value] : expected) {
    EXPECT_EQ(json.at(Json::json_pointer(pointer)), value) << pointer;
  }

  const Json kept = read_json(out_ / "prepare.json");
  for (const auto& [key, value] : json.items()) {
    EXPECT_EQ(kept[key], value) << key;
  }
  EXPECT_EQ(kept["inputs"], Json({train.string()}));
  EXPECT_EQ(kept["tokenizer"]["hash"], tokenizer_.hash());
  EXPECT_THAT(
      report.table().text(),
      HasSubstr("1 of 2 validation documents share a 13-gram"));
}

TEST_F(Prepare, RecordsWhichDocumentsAreOfWhichInput) {
  const Documents all = some_documents(60);
  std::vector<fs::path> inputs;
  std::set<std::string> of[2];
  for (const int half : {0, 1}) {
    std::string text = all[0] + "\n\n"; // a copy in the second
    for (int i = 30 * half; i < 30 * half + 30; ++i) {
      text += all[static_cast<size_t>(i)] + "\n\n";
      of[half].insert(all[static_cast<size_t>(i)]);
    }
    inputs.push_back(write(half == 0 ? "a.txt" : "b.txt", text));
  }
  run(inputs, {.val_fraction = 0.4});
  for (const char* name : {"train.tokens", "val.tokens"}) {
    const Documents written = documents_of(out_ / name);
    const auto sources = read_sources(out_ / name);
    ASSERT_EQ(sources.size(), 2);
    size_t next = 0;
    for (const int half : {0, 1}) {
      EXPECT_EQ(sources[half].input, inputs[half].string());
      EXPECT_GT(sources[half].documents, 0);
      for (int64_t i = 0; i < sources[half].documents; ++i) {
        EXPECT_TRUE(of[half].contains(written.at(next++))) << name;
      }
    }
    EXPECT_EQ(next, written.size());
  }
  fs::rename(out_ / "val.tokens", out_ / "test.tokens");
  EXPECT_ERROR(
      Error, "test.tokens says which", read_sources(out_ / "test.tokens"));

  fs::remove_all(out_);
  run({inputs[0]}, {.val_inputs = {inputs[1]}});
  EXPECT_EQ(read_sources(out_ / "val.tokens")[0].input, inputs[1].string());
}

TEST_F(Prepare, AnOutputThatExistsIsLeftAlone) {
  const fs::path input = write("in.txt", "one\n\ntwo\n");
  fs::create_directory(out_);
  write_text(out_ / "precious", "data");
  EXPECT_ERROR(Error, "exists already", run({input}, {.val_fraction = 0.0}));
  EXPECT_EQ(read_text(out_ / "precious"), "data");
  EXPECT_THAT(left_over(), ElementsAre("out"));
}

TEST_F(Prepare, ATokenizerWithoutEndOfTextNeedsAWord) {
  const fs::path input = write("in.txt", "one\n\ntwo\n");
  const ByteTokenizer without(257, false);
  EXPECT_ERROR(
      UsageError,
      "no end-of-text token, so documents would run into each other; name "
      "another tokenizer or pass --no-end-of-text",
      prepare({input}, without, out_, {.val_fraction = 0.0}));
  prepare(
      {input},
      without,
      out_,
      {.val_fraction = 0.0, .allow_no_end_of_text = true});
  EXPECT_EQ(TokenFile(out_ / "train.tokens").size(), 6);
}

TEST_F(Prepare, WhatCannotBePreparedLeavesNothing) {
  const fs::path input = write("in.txt", "one\n\ntwo\n");
  const fs::path bad = write("bad.txt", "\xff");
  const fs::path cut_off =
      write("in.jsonl", as_jsonl(some_documents(1000)) + "{\"text\": \"cut of");
  struct Case {
    fs::path input;
    PrepareOptions options;
    const char* message;
  };
  const Case cases[] = {
      {input,
       {},
       "none of 2 documents fell to validation at --val-fraction 0.005; raise"},
      {input,
       {.val_inputs = {input}},
       "all 2 documents for training are copies of validation documents; give "
       "training other text"},
      {input,
       {.val_fraction = 1},
       "[--val-fraction] must be in [0, 1), but is 1"},
      {input,
       {.val_fraction = 0.5, .test_fraction = 0.5},
       "leave nothing for training"},
      {bad, {}, "the inputs hold no documents (1 were skipped)"},
      {cut_off, {}, "in.jsonl, line 1001"}};
  for (const auto& [path, options, message] : cases) {
    EXPECT_ERROR(Error, message, run({path}, options));
  }
  EXPECT_THAT(left_over(), IsEmpty());
}

/// Adds a document to the input between the two readings: the first token file
/// asks for the hash then.
class MeddlingTokenizer : public ByteTokenizer {
 public:
  explicit MeddlingTokenizer(fs::path input) : input_(std::move(input)) {}
  std::string hash() const override {
    std::ofstream(input_, std::ios::app) << "\n\nmore\n";
    return ByteTokenizer::hash();
  }

 private:
  fs::path input_;
};

TEST_F(Prepare, InputsThatChangeMeanwhileAreAnError) {
  const fs::path input = write("in.txt", "one\n\ntwo\n");
  EXPECT_ERROR(
      Error,
      "the inputs changed while they were read",
      prepare({input}, MeddlingTokenizer(input), out_, {.val_fraction = 0.0}));
  EXPECT_THAT(left_over(), IsEmpty());
}

TEST_F(Prepare, AFullDiskIsAnErrorAndLeavesNothing) {
  const fs::path input = write("in.txt", as_text(some_documents(1000, 1000)));
  const std::string message = testing::error_on_full_disk(
      100'000, [&] { run({input}, {.val_fraction = 0.0}); });
  EXPECT_THAT(message, HasSubstr("train.tokens"));
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_THAT(left_over(), IsEmpty());
}

/// Ctrl-C while it works.
class InterruptingTokenizer : public ByteTokenizer {
 public:
  std::vector<TokenId> encode(std::string_view text) const override {
    if (!interrupted()) raise(SIGINT); // a second one would kill
    return ByteTokenizer::encode(text);
  }
};

TEST_F(Prepare, AnInterruptLeavesNothing) {
  const fs::path input = write("in.txt", as_text(some_documents(5000, 4000)));
  // In a process of its own: the interrupt cannot be taken back.
  EXPECT_EXIT(
      {
        install_interrupt_handlers();
        try {
          prepare(
              {input},
              InterruptingTokenizer(),
              out_,
              {.val_fraction = 0.0, .threads = 1});
        } catch (const Interrupted&) {
          _exit(130);
        }
        _exit(0);
      },
      ::testing::ExitedWithCode(130),
      "");
  EXPECT_THAT(left_over(), IsEmpty());
}

} // namespace
} // namespace nanobrain
