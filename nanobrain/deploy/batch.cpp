#include "nanobrain/deploy/batch.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/inference/int8_predictor.h"

namespace nanobrain {

namespace {

/// Hands out results in the order of their indices, whatever the order in which
/// they come.
class InOrder {
 public:
  using OnResult = std::function<void(size_t index, const Generated&)>;
  explicit InOrder(const OnResult& on_result) : on_result_(on_result) {}

  void add(size_t index, Generated result) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(index, std::move(result));
    for (auto it = waiting_.begin(); it != waiting_.end() && it->first == next_;
         it = waiting_.erase(it)) {
      on_result_(next_++, it->second);
    }
  }

 private:
  const OnResult& on_result_;
  std::mutex mutex_;
  size_t next_ = 0;
  std::map<size_t, Generated> waiting_;
};

} // namespace

void generate_batch(
    const Int8Folder& folder,
    std::span<const std::string> prompts,
    const GenerateOptions& options,
    int64_t threads,
    const std::function<void(size_t index, const Generated&)>& on_result) {
  InOrder results(on_result);
  const auto alone = std::make_shared<ThreadPool>(1); // runs on its caller
  parallel_for(std::ssize(prompts), threads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    check_interrupted();
    const auto predictor = make_int8_predictor(folder.model, alone);
    results.add(
        index,
        generate(
            *predictor,
            *folder.tokenizer,
            prompts[index],
            options,
            [](std::string_view) { check_interrupted(); }));
  });
}

} // namespace nanobrain
