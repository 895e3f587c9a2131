// From token ids to what the output head takes: the embedder, the blocks and
// the final norm.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/runtime/float_ops.h"
#include "nanobrain/runtime/int8_kernels.h"
#include "nanobrain/runtime/kv_cache.h"
#include "nanobrain/runtime/model.h"
#include "nanobrain/runtime/thread_pool.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Rows of floats, 64-byte aligned and padded with zeros to a multiple of 16.
struct PaddedRows {
  PaddedRows(int64_t rows, int64_t columns, int64_t more = 0)
      : stride(padded_to_lanes(columns) + more),
        floats(static_cast<size_t>(rows * stride)) {}
  float* row(int64_t i) { return floats.data() + i * stride; }

  int64_t stride; // from row to row
  AlignedBuffer<float> floats;
};

/// Keys and values of a sequence and the buffers of its passes. Each row goes
/// through the same functions in the same order whatever comes with it, so a
/// sequence read in parts gives the same bits. Only the constructor allocates.
class TransformerBody {
 public:
  TransformerBody(const RuntimeModel& model, ThreadPool& pool);

  /// Reads ids, which are in range, at the positions from `begin` on, up to
  /// max_seq_len; those before must have been read. The last `outputs` of them,
  /// at least one, go through to the end.
  void read(std::span<const TokenId> ids, int64_t begin, int64_t outputs);
  /// Of the last read(): (outputs, C), through the final norm, quantized.
  QuantizedRows outputs() const;

 private:
  /// Of the rows being read: their tokens stand from position begin_ on.
  struct Rows {
    int64_t begin, end;
    int64_t count() const { return end - begin; }
  };
  /// Room for activations; a use of it says how far rows are apart.
  struct Activations {
    Activations(int64_t rows, int64_t columns);
    AlignedBuffer<int8_t> data;
    AlignedBuffer<float> scale; // (rows)
  };
  /// What a thread needs for the rows that it is at, kRows at most.
  struct Scratch {
    explicit Scratch(const ModelConfig& config);
    PaddedRows hidden;     // (kRows, C), with room for the last head's zeros
    PaddedRows wide;       // (kRows, F)
    PaddedRows change;     // (kRows, C), of the residual stream
    Activations quantized; // (kRows, C or F)
    AlignedBuffer<float> scores; // (FloatOps::kHeads, T)
  };
  /// Rows that a thread takes at once: a tile of AMX, and 16 x ffn_dim floats
  /// of a Nano Brain stay in the first cache.
  static constexpr int64_t kRows = 32;

  /// body(Rows, Scratch&) for [begin, end), kRows at a time, on all threads.
  template <class Body>
  void for_rows(int64_t begin, int64_t end, const Body& body);

  void embed(std::span<const TokenId> ids, Rows rows);
  void make_keys(Rows rows, int64_t layer, Scratch& scratch);
  void attend(Rows rows, int64_t layer, Scratch& scratch);
  void feed_forward(Rows rows, int64_t layer, Scratch& scratch);
  void finish(Rows rows, int64_t first, Scratch& scratch);

  /// The norm of the residual stream into scratch.hidden.
  void normalize(const RuntimeModel::Norm& norm, Rows rows, Scratch& scratch);
  /// x -> row `row` of rows of `padded` activations.
  void quantize(
      const float* x, int64_t n, int64_t padded, int64_t row, Activations& to);
  /// W x + bias of the first rows of x into y, from row `first` on.
  void apply(
      const RuntimeModel::Linear& linear,
      PaddedRows& x,
      Rows rows,
      Scratch& scratch,
      PaddedRows& y,
      int64_t first = 0);
  /// Adds W x + bias to the residual stream.
  void add_product(
      const RuntimeModel::Linear& linear,
      PaddedRows& x,
      Rows rows,
      Scratch& scratch);
  const RuntimeModel::Layer& layer(int64_t index) const {
    return model_.layers()[static_cast<size_t>(index)];
  }

  const RuntimeModel& model_;
  ThreadPool& pool_;
  const Int8Kernels& int8_;
  const FloatOps& floats_;
  KeyValueCache cache_;
  PaddedRows residual_;          // (T, C)
  PaddedRows qkv_;               // (T, 3C)
  Activations output_;           // (T, C)
  std::vector<Scratch> scratch_; // one for each thread
  int64_t begin_ = 0;
  int64_t outputs_ = 0;
  std::atomic<int64_t> next_{0}; // chunk of rows
};

} // namespace nanobrain
