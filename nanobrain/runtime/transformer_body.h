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
  /// What a thread needs for the rows that it is at, kRows at most.
  struct Scratch {
    explicit Scratch(const ModelConfig& config);
    AlignedBuffer<float> hidden;     // (kRows, hidden_stride_)
    AlignedBuffer<float> wide;       // (kRows, F)
    AlignedBuffer<float> change;     // (kRows, C), of the residual stream
    AlignedBuffer<int8_t> quantized; // (kRows, C or F)
    AlignedBuffer<float> scale;      // (kRows)
    AlignedBuffer<float> scores;     // (FloatOps::kHeads, T)
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
  /// y = W x + bias.
  void apply(
      const RuntimeModel::Linear& linear,
      const float* x,
      int64_t stride_x,
      int64_t rows,
      Scratch& scratch,
      float* y,
      int64_t stride_y);
  /// Adds scratch.change to the residual stream.
  void add_change(Rows rows, Scratch& scratch);
  float* residual(int64_t row) { return residual_.data() + row * stride_; }

  const RuntimeModel& model_;
  ThreadPool& pool_;
  const Int8Kernels& int8_;
  const FloatOps& floats_;
  int64_t stride_;        // of rows of C: a multiple of 16
  int64_t hidden_stride_; // with room for the last head's zeros
  int64_t wide_stride_;   // of rows of F
  int64_t qkv_stride_;    // of rows of 3C
  KeyValueCache cache_;
  AlignedBuffer<float> residual_; // (T, C)
  AlignedBuffer<float> qkv_;      // (T, 3C)
  AlignedBuffer<int8_t> output_;  // (T, C)
  AlignedBuffer<float> output_scale_;
  std::vector<Scratch> scratch_; // one for each thread
  int64_t begin_ = 0;
  int64_t outputs_ = 0;
  std::atomic<int64_t> next_{0}; // chunk of rows
};

} // namespace nanobrain
