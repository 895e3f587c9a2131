#include "nanobrain/report/cell_label.h"

#include <gmock/gmock.h>

namespace nanobrain {
namespace {

using ::testing::ElementsAre;

CellSummary cell(const std::string& id, const Json& overrides) {
  CellSummary summary;
  summary.id = id;
  summary.facts = {{"overrides", overrides}};
  return summary;
}

TEST(CellLabel, SaysWhatThePeopleSay) {
  for (const auto& [overrides, label] :
       std::vector<std::pair<Json, const char*>>{
           {{{"model.num_layers", 2}, {"model.ffn_dim", 256}},
            "2 layers, FFN 256"},
           {{{"model.num_layers", 1}, {"model.num_heads", 4}},
            "1 layer, 4 heads"},
           {{{"model.model_dim", 64}, {"optimizer.lr", 0.004}},
            "width 64, lr 0.004"},
           {{{"train.steps", 300}}, "300 steps"},
           // Of other keys their last word and the value.
           {{{"train.batch_size", 8}}, "batch size 8"},
           {{{"optimizer.betas", {0.9, 0.95}}, {"schedule.kind", "wsd"}},
            "betas [0.9,0.95], kind wsd"},
           {{{"tokenizer", {{"kind", "lexical"}, {"vocab_size", 4096}}}},
            "lexical 4096"},
           {Json::object(), ""},
           // A context is named once where both are as long.
           {{{"model.max_seq_len", 128}, {"train.seq_len", 128}},
            "context 128"},
           {{{"model.max_seq_len", 256}, {"train.seq_len", 128}},
            "context 256, context 128"}}) {
    EXPECT_EQ(cell_label(overrides), label);
  }
}

TEST(CellLabels, NoTwoCellsShareOne) {
  // The keys' last words are one, and so are the labels.
  EXPECT_THAT(
      cell_labels(
          {cell("a", {{"model.dropout", 1}}),
           cell("b", {{"train.dropout", 1}}),
           cell("c", {{"model.dropout", 2}}),
           cell("base", Json::object())}),
      ElementsAre("a", "b", "dropout 2", "base"));
}

} // namespace
} // namespace nanobrain
