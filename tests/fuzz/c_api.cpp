// Any bytes as a sequence of calls of the C library, right and wrong ones: each
// gives the status that its arguments deserve.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "nanobrain/capi/nanobrain_runtime.h"
#include "tests/fuzz/expect.h"

using nanobrain::fuzz::expect;
using nanobrain::fuzz::expect_one_of;
using nanobrain::fuzz::make_pool;

namespace {

struct Model {
  explicit Model(const char* name) {
    const std::string folder = std::string(NANOBRAIN_FUZZ_MODELS "/") + name;
    expect(nb_model_load(folder.c_str(), &handle) == NB_OK);
    expect(nb_model_get_info(handle, &info) == NB_OK);
  }
  nb_model* handle = nullptr;
  nb_model_info info = NB_MODEL_INFO_INIT;
};

/// With a tokenizer, without one, with weights whose logits are infinite.
const std::array<Model, 3>& models() {
  static const std::array<Model, 3> all = {
      Model("lexical"), Model("golden"), Model("infinite")};
  return all;
}

/// A session or a sampler; a null handle is one that was not created or has
/// been freed.
template <class T>
struct Object {
  T* handle = nullptr;
  const Model* model = nullptr;
  size_t length = 0; // of a session
};
using Session = Object<nb_session>;
using Sampler = Object<nb_sampler>;

class Program {
 public:
  Program(const uint8_t* data, size_t size) : input_(data, size) {}
  ~Program() {
    for (Session& session : sessions_) nb_session_free(session.handle);
    for (Sampler& sampler : samplers_) nb_sampler_free(sampler.handle);
  }
  void run() {
    constexpr int kMostCalls = 64;
    for (int i = 0; i < kMostCalls && input_.remaining_bytes() > 0; ++i) {
      call();
    }
  }

 private:
  template <class List>
  auto& one_of(List& list) {
    return list[input_.ConsumeIntegralInRange<size_t>(0, std::size(list) - 1)];
  }
  void call() {
    using Call = void (Program::*)();
    static constexpr Call kCalls[] = {
        &Program::create_session,
        &Program::create_sampler,
        &Program::free_one,
        &Program::encode,
        &Program::decode,
        &Program::forward,
        &Program::score,
        &Program::reset,
        &Program::info,
        &Program::predict,
        &Program::feed,
        &Program::feed};
    (this->*one_of(kCalls))();
  }

  const Model& model() { return one_of(models()); }
  Session& session() { return one_of(sessions_); }
  Sampler& sampler() { return one_of(samplers_); }
  /// Mostly of the model's range.
  std::vector<nb_token> tokens(size_t most) {
    const auto last = static_cast<nb_token>(model().info.vocab_size - 1);
    std::vector<nb_token> ids(input_.ConsumeIntegralInRange<size_t>(0, most));
    for (nb_token& id : ids) {
      id = input_.ConsumeIntegralInRange<nb_token>(0, last);
    }
    if (!ids.empty() && input_.ConsumeIntegral<uint8_t>() == 0) {
      ids.back() = input_.ConsumeIntegral<nb_token>();
    }
    return ids;
  }
  static bool in_range(const std::vector<nb_token>& ids, int64_t size) {
    return std::all_of(ids.begin(), ids.end(), [&](nb_token id) {
      return id >= 0 && id < size;
    });
  }
  /// What a call on the session gives where its other arguments are `right`.
  static nb_status status_of(const Session& session, bool right) {
    return session.handle != nullptr && right ? NB_OK : NB_ERROR_ARGUMENT;
  }
  static void expect_length(const Session& session) {
    size_t length = 0;
    expect(
        nb_session_length(session.handle, &length) == status_of(session, true));
    expect(length == session.length);
  }

  void create_session() {
    Session& s = session();
    nb_session_free(s.handle);
    s = {nullptr, &model()};
    static nb_thread_pool* const pools[] = {make_pool(1), make_pool(2)};
    nb_thread_pool* const pool = pools[input_.ConsumeBool() ? 1 : 0];
    expect(nb_session_create(s.model->handle, pool, &s.handle) == NB_OK);
  }
  void create_sampler() {
    Sampler& s = sampler();
    nb_sampler_free(s.handle);
    s = {nullptr, &model()};
    nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
    options.temperature = input_.ConsumeFloatingPoint<double>();
    options.top_p = input_.ConsumeFloatingPoint<double>();
    if (input_.ConsumeBool()) {
      options.temperature = input_.ConsumeFloatingPointInRange(0.0, 2.0);
      options.top_p = 1 - input_.ConsumeProbability<double>();
    }
    options.top_k = input_.ConsumeBool() ? input_.ConsumeIntegral<int64_t>()
                                         : input_.ConsumeIntegral<uint8_t>();
    options.seed = input_.ConsumeIntegral<uint64_t>();
    if (input_.ConsumeIntegral<uint8_t>() == 0) {
      options.struct_size = input_.ConsumeIntegral<size_t>();
    }
    const bool right =
        options.temperature >= 0 &&
        options.temperature <= std::numeric_limits<double>::max() &&
        options.top_p > 0 && options.top_p <= 1 && options.top_k >= 0 &&
        options.struct_size >= sizeof options;
    const nb_status status =
        nb_sampler_create(s.model->handle, &options, &s.handle);
    expect(status == (right ? NB_OK : NB_ERROR_ARGUMENT));
    expect((s.handle != nullptr) == right);
  }
  void free_one() {
    if (input_.ConsumeBool()) {
      Session& s = session();
      nb_session_free(s.handle);
      s = {};
    } else {
      Sampler& s = sampler();
      nb_sampler_free(s.handle);
      s = {};
    }
  }

  void encode() {
    const Model& m = model();
    const std::string text = input_.ConsumeRandomLengthString(100);
    std::vector<nb_token> ids(input_.ConsumeIntegralInRange(0, 100));
    size_t count = 0;
    const nb_status status = nb_model_encode(
        m.handle, text.data(), text.size(), ids.data(), ids.size(), &count);
    if (m.info.tokenizer_size == 0) return expect(status == NB_ERROR_TOKENIZER);
    expect(count <= text.size());
    const bool fits = count <= ids.size() || ids.data() == nullptr;
    expect(status == (fits ? NB_OK : NB_ERROR_BUFFER));
    if (count > ids.size()) return;
    std::string back(text.size(), '\0');
    size_t size = 0;
    expect(
        nb_model_decode(
            m.handle, ids.data(), count, back.data(), back.size(), &size) ==
        NB_OK);
    expect(size == text.size() && back == text);
  }
  void decode() {
    const Model& m = model();
    const auto ids = tokens(20);
    std::vector<char> text(input_.ConsumeIntegralInRange(0, 100));
    size_t size = 0;
    const nb_status status = nb_model_decode(
        m.handle, ids.data(), ids.size(), text.data(), text.size(), &size);
    if (m.info.tokenizer_size == 0) return expect(status == NB_ERROR_TOKENIZER);
    if (!in_range(ids, m.info.tokenizer_size)) {
      return expect(status == NB_ERROR_ARGUMENT);
    }
    const bool fits = size <= text.size() || text.data() == nullptr;
    expect(status == (fits ? NB_OK : NB_ERROR_BUFFER));
  }

  void feed() {
    Session& s = session();
    const auto ids = tokens(40);
    const bool right =
        s.handle != nullptr && in_range(ids, s.model->info.vocab_size);
    expect(
        nb_session_feed(s.handle, ids.data(), ids.size()) ==
        status_of(s, right));
    if (right) s.length += ids.size();
    expect_length(s);
  }
  void forward() {
    Session& s = session();
    const auto ids = tokens(20);
    std::vector<float> logits(input_.ConsumeIntegralInRange(0, 2000));
    const nb_status status = nb_session_forward(
        s.handle, ids.data(), ids.size(), logits.data(), logits.size());
    if (s.handle == nullptr) return expect(status == NB_ERROR_ARGUMENT);
    const auto needed =
        ids.size() * static_cast<size_t>(s.model->info.vocab_size);
    if (logits.data() == nullptr && !ids.empty()) {
      return expect(status == NB_ERROR_ARGUMENT);
    }
    if (logits.size() < needed) return expect(status == NB_ERROR_BUFFER);
    started_over(s, ids, status);
  }
  void score() {
    Session& s = session();
    const auto ids = tokens(20);
    auto targets = tokens(20);
    targets.resize(ids.size(), -1);
    std::vector<float> losses(ids.size());
    const nb_status status = nb_session_score(
        s.handle, ids.data(), targets.data(), ids.size(), losses.data());
    if (s.handle == nullptr) return expect(status == NB_ERROR_ARGUMENT);
    for (nb_token& target : targets) target = std::max(target, 0);
    if (!in_range(targets, s.model->info.vocab_size)) {
      expect(status == NB_ERROR_ARGUMENT);
      return expect_length(s);
    }
    started_over(s, ids, status);
  }
  /// After a call that replaces what was read by ids.
  void started_over(
      Session& s, const std::vector<nb_token>& ids, nb_status status) {
    const Model& m = *s.model;
    if (!in_range(ids, m.info.vocab_size) ||
        ids.size() > static_cast<size_t>(m.info.context)) {
      expect(status == NB_ERROR_ARGUMENT);
    } else {
      expect_finite(status, m);
      s.length = ids.size();
    }
    expect_length(s);
  }
  static bool expect_finite(nb_status status, const Model& m) {
    if (&m == &models()[2]) {
      return expect_one_of(status, {NB_OK, NB_ERROR_NOT_FINITE});
    }
    return expect_one_of(status, {NB_OK});
  }

  void reset() {
    Session& s = session();
    expect(nb_session_reset(s.handle) == status_of(s, true));
    s.length = 0;
    expect_length(s);
  }
  void info() {
    nb_model_info info = NB_MODEL_INFO_INIT;
    info.struct_size = input_.ConsumeIntegral<size_t>();
    const bool right = info.struct_size >= sizeof info;
    expect(
        nb_model_get_info(model().handle, &info) ==
        (right ? NB_OK : NB_ERROR_ARGUMENT));
  }

  void predict() {
    Session& s = session();
    Sampler& by = sampler();
    nb_token token = -1;
    const float* logits = nullptr;
    const nb_status sampled = nb_session_sample(s.handle, by.handle, &token);
    const nb_status status = nb_session_logits(s.handle, &logits);
    if (s.handle == nullptr || s.length == 0) {
      return expect(
          status ==
              (s.handle == nullptr ? NB_ERROR_ARGUMENT : NB_ERROR_STATE) &&
          sampled != NB_OK && logits == nullptr);
    }
    expect(status == NB_OK);
    if (by.handle == nullptr || by.model != s.model) {
      expect(sampled == NB_ERROR_ARGUMENT);
    } else if (expect_finite(sampled, *s.model)) {
      const int64_t most = s.model->info.tokenizer_size > 0
                               ? s.model->info.tokenizer_size
                               : s.model->info.vocab_size;
      expect(token >= 0 && token < most);
    }
    if (expect_finite(nb_session_argmax(s.handle, &token), *s.model)) {
      const auto size = static_cast<size_t>(s.model->info.vocab_size);
      expect(std::max_element(logits, logits + size) - logits == token);
    }
  }

  FuzzedDataProvider input_;
  std::array<Session, 3> sessions_;
  std::array<Sampler, 3> samplers_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Program(data, size).run();
  return 0;
}
