// The files of a model folder in one input, and the folder made of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nanobrain::fuzz {

/// Each file but the last goes behind its length, two bytes little-endian; the
/// last is the rest. What is empty is left out of the folder. make_seeds.py
/// writes the same.
struct ModelFolder {
  static constexpr std::array<const char*, 4> kNames = {
      "config.json",
      "nanobrain.json",
      "tokenizer.lexical.json",
      "model.int8.safetensors"};

  std::array<std::vector<uint8_t>, kNames.size()> files;

  static ModelFolder parse(std::span<const uint8_t> input);
  std::vector<uint8_t> join() const;
};

/// A folder in memory (/dev/shm), removed at the end of the process.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  void write(const ModelFolder& folder) const;
  const char* path() const { return path_.c_str(); }

 private:
  std::string path_;
};

} // namespace nanobrain::fuzz
