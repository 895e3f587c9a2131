// Changes one file of a folder at a time, and the header of safetensors as text
// whose length stays right: blind changes would rarely get past the lengths.
#include <algorithm>
#include <cstring>
#include <random>

#include "tests/fuzz/model_folder.h"

using nanobrain::fuzz::ModelFolder;

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

constexpr size_t kMostGrowth = 256;

void mutate(std::vector<uint8_t>& bytes) {
  const size_t size = bytes.size();
  bytes.resize(size + kMostGrowth);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), size, bytes.size()));
}

/// The header or the tensors behind it; the length is that of the new header.
void mutate_safetensors(std::vector<uint8_t>& bytes, bool header) {
  uint64_t length = 0;
  if (bytes.size() < sizeof length) return mutate(bytes);
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > bytes.size() - sizeof length) return mutate(bytes);
  const auto begin = bytes.begin() + sizeof length;
  const auto middle = begin + static_cast<ptrdiff_t>(length);
  std::vector<uint8_t> text(begin, middle), data(middle, bytes.end());
  mutate(header ? text : data);
  length = text.size();
  bytes.resize(sizeof length);
  std::memcpy(bytes.data(), &length, sizeof length);
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(
    uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  std::minstd_rand random(seed);
  ModelFolder folder = ModelFolder::parse({data, size});
  auto& weights = folder.files.back();
  const auto turn = random() % 16;
  if (turn == 0) return LLVMFuzzerMutate(data, size, max_size);
  if (turn == 1) mutate(weights);
  if (turn == 2) mutate(folder.files[1]);
  if (turn >= 3 && turn < 5) mutate(folder.files[2]);
  if (turn >= 5 && turn < 9) mutate(folder.files[0]);
  if (turn >= 9) mutate_safetensors(weights, turn >= 12);
  const std::vector<uint8_t> input = folder.join();
  const size_t fits = std::min(input.size(), max_size);
  std::copy_n(input.begin(), fits, data);
  return fits;
}
