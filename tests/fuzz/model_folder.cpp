#include "tests/fuzz/model_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/fuzz/expect.h"

namespace nanobrain::fuzz {

namespace {

constexpr size_t kLengthBytes = 2;
constexpr size_t kMostBytes = 0xffff; // of a file with a length

} // namespace

ModelFolder ModelFolder::parse(std::span<const uint8_t> input) {
  ModelFolder folder;
  for (size_t i = 0; i + 1 < kNames.size(); ++i) {
    if (input.size() < kLengthBytes) return folder;
    const size_t size =
        std::min<size_t>(input[0] | input[1] << 8, input.size() - kLengthBytes);
    const auto file = input.subspan(kLengthBytes, size);
    folder.files[i].assign(file.begin(), file.end());
    input = input.subspan(kLengthBytes + size);
  }
  folder.files.back().assign(input.begin(), input.end());
  return folder;
}

std::vector<uint8_t> ModelFolder::join() const {
  std::vector<uint8_t> input;
  for (size_t i = 0; i < kNames.size(); ++i) {
    size_t size = files[i].size();
    if (i + 1 < kNames.size()) {
      size = std::min(size, kMostBytes);
      input.push_back(static_cast<uint8_t>(size));
      input.push_back(static_cast<uint8_t>(size >> 8));
    }
    const auto begin = files[i].begin();
    input.insert(input.end(), begin, begin + static_cast<ptrdiff_t>(size));
  }
  return input;
}

ScratchFolder::ScratchFolder() : path_("/dev/shm/nanobrain-fuzz-XXXXXX") {
  expect(mkdtemp(path_.data()) != nullptr);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ScratchFolder::write(const ModelFolder& folder) const {
  for (size_t i = 0; i < ModelFolder::kNames.size(); ++i) {
    const std::string name = path_ + "/" + ModelFolder::kNames[i];
    const auto& bytes = folder.files[i];
    if (bytes.empty()) {
      unlink(name.c_str());
      continue;
    }
    const int file =
        open(name.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    expect(file >= 0);
    expect(
        ::write(file, bytes.data(), bytes.size()) ==
        static_cast<ssize_t>(bytes.size()));
    close(file);
  }
}

} // namespace nanobrain::fuzz
