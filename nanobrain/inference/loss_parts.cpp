#include "nanobrain/inference/loss_parts.h"

#include <fmt/format.h>

namespace nanobrain {

Table LossParts::table() const {
  Table table{
      .columns =
          {{"by"},
           word_column("part", title),
           {"tokens", "tokens", kCount},
           {"bytes", "bytes", kCount},
           {"nats"},
           {"share_of_nats", "of all nats"},
           {"nats_per_token", "nats/token", "{:.4f}"},
           {"bits_per_byte", "bits/byte", "{:.4f}"}},
      .absent = "-"};
  LossSum all;
  for (const LossPart& part : parts) all += part.loss;
  for (const auto& [name, loss] : parts) {
    if (loss.tokens == 0) continue;
    const double share = loss.nats / all.nats;
    table.rows.push_back(
        {by,
         name,
         loss.tokens,
         loss.bytes,
         loss.nats,
         TableCell(number_or_null(share), fmt::format("{:.1f} %", 100 * share)),
         number_or_null(loss.nats_per_token()),
         number_or_null(loss.bits_per_byte())});
  }
  if (!note.empty()) table.notes.push_back(note);
  return table;
}

} // namespace nanobrain
