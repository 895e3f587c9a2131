#include "nanobrain/inference/published_figures.h"

#include <cmath>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/inference/eval_input.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::StartsWith;

const std::string kWikiText2 =
    "696cca6b65a171b0a358a4be6732cdfdf2dd6164a32e20fd70e3c13fc4dfae83";

TEST(PublishedFigures, TheProgramHoldsTheCommittedFile) {
  const auto file = testing::source_dir() /
                    "nanobrain/inference/references/gpt2_small_published.json";
  EXPECT_EQ(testing::read_text(file), kGpt2SmallPublished);
}

TEST(PublishedFigures, Gpt2SmallOnWikiText2) {
  const PublishedModel model = load_published("gpt2-small-published");
  EXPECT_EQ(model.model, "GPT-2 small (124M)");
  EXPECT_EQ(model.parameters, 124'439'808);
  const PublishedFigure& disjoint = model.figures.front();
  EXPECT_EQ(disjoint.perplexity, 29.94);
  EXPECT_EQ(disjoint.context, 1024);
  EXPECT_EQ(disjoint.stride, 1024);
  EXPECT_DOUBLE_EQ(*disjoint.nats_per_token, std::log(29.94));
  // By hand, and as the figure is quoted.
  EXPECT_NEAR(*disjoint.bits_per_byte(kWikiText2), 1.08812, 1e-5);
  for (const PublishedFigure& figure : model.figures) {
    EXPECT_THAT(figure.source, StartsWith("https://"));
    // Of the very text only.
    EXPECT_EQ(figure.bits_per_byte(std::string(64, '0')), std::nullopt);
    EXPECT_EQ(figure.bits_per_byte(""), std::nullopt); // no rows joined
    EXPECT_EQ(
        figure.bits_per_byte(kWikiText2).has_value(), figure.is_of(kWikiText2));
  }
  const PublishedFigure& fineweb = model.figures.back();
  EXPECT_FALSE(fineweb.is_of(kWikiText2));
  EXPECT_NEAR(*fineweb.perplexity, 30.72, 0.01);
}

TEST(PublishedFigures, TheChecksumIsThatOfWikiTextsRowsJoined) {
  const auto data = testing::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data here";
  const JoinedRows joined = read_joined_rows(
      {.inputs = {data / "wikitext2" / "wiki.test.raw"}}, open_plain_documents);
  EXPECT_EQ(sha256_hex(joined.text), kWikiText2);
  EXPECT_EQ(joined.text.size(), 1'296'370u); // as published
  EXPECT_EQ(joined.rows, 4'358);
}

TEST(PublishedFigures, FilesOfTheUsersOwn) {
  const testing::TempDir dir;
  const std::string file = dir / "own.json";
  const auto load = [&](const std::string& figure) {
    testing::write_text(file, R"({"model": "m", "figures": [)" + figure + "]}");
    return load_published(file);
  };
  const std::string base =
      R"("text": "t", "context": 8, "stride": 8, "source": "s")";
  EXPECT_NEAR(
      *load("{" + base + R"(, "nats_per_token": 2})").figures[0].perplexity,
      std::exp(2),
      1e-12);
  for (const auto& [figure, words] :
       std::vector<std::pair<std::string, const char*>>{
           {base,
            "own.json: figures[0]] must have a perplexity or nats_per_token"},
           {base + R"(, "nats_per_token": 2, "perplexity": 7.4)",
            "and not both"},
           {R"("perplexity": 2)",
            "must say the text, the context, the stride and the source"},
           {base + R"(, "perplexity": 2, "text_sha256": "ab")",
            "tokens and text_bytes"},
           {base + R"(, "preplexity": 2)", "did you mean perplexity?"}}) {
    EXPECT_ERROR(UsageError, words, load("{" + figure + "}"));
  }
  EXPECT_ERROR(
      UsageError,
      "knows no \"gpt3\"; give gpt2-small-published, or a JSON file",
      load_published("gpt3"));
  EXPECT_ERROR(Error, "absent.json", load_published(dir / "absent.json"));
}

} // namespace
} // namespace nanobrain
