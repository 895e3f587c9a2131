// Any bytes as the files of a model folder: refused with a text, or run.
#include <cstdlib>

#include "nanobrain/capi/nanobrain_runtime.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/model_folder.h"

using nanobrain::fuzz::expect;
using nanobrain::fuzz::expect_one_of;
using nanobrain::fuzz::ModelFolder;
using nanobrain::fuzz::ScratchFolder;

namespace {

/// Weights may give infinities; nothing else may go wrong.
void run(nb_model* model) {
  nb_model_info info = NB_MODEL_INFO_INIT;
  expect(nb_model_get_info(model, &info) == NB_OK);
  expect(info.vocab_size >= 1 && info.context >= 1);
  static nb_thread_pool* const pool = nanobrain::fuzz::make_pool(1);
  nb_session* session = nullptr;
  expect(nb_session_create(model, pool, &session) == NB_OK);
  const auto last = static_cast<nb_token>(info.vocab_size - 1);
  const nb_token tokens[] = {0, last, last / 2, 0, last};
  expect(nb_session_feed(session, tokens, 5) == NB_OK);
  const float* logits = nullptr;
  expect(nb_session_logits(session, &logits) == NB_OK);
  nb_token next = -1;
  if (expect_one_of(
          nb_session_argmax(session, &next), {NB_OK, NB_ERROR_NOT_FINITE})) {
    expect(next >= 0 && next <= last);
  }
  float loss = 0;
  expect_one_of(
      nb_session_score(session, tokens, tokens, 1, &loss),
      {NB_OK, NB_ERROR_NOT_FINITE});
  nb_session_free(session);

  const char text[] = "the cat\0 \xff\xc3  ing";
  nb_token ids[sizeof text];
  size_t count = 0, size = 0;
  char back[sizeof text];
  if (expect_one_of(
          nb_model_encode(model, text, sizeof text, ids, sizeof text, &count),
          {NB_OK, NB_ERROR_TOKENIZER})) {
    expect(
        nb_model_decode(model, ids, count, back, sizeof back, &size) == NB_OK);
    expect(size == sizeof text && std::equal(text, text + size, back));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ScratchFolder scratch;
  scratch.write(ModelFolder::parse({data, size}));
  nb_model* model = nullptr;
  if (expect_one_of(
          nb_model_load(scratch.path(), &model), {NB_OK, NB_ERROR_MODEL})) {
    run(model);
  } else {
    expect(model == nullptr && *nb_last_error() == '[');
  }
  nb_model_free(model);
  return 0;
}
