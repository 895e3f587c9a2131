// nb_thread_pool, nb_session and nb_sampler.
#include "nanobrain/base/parallel.h"
#include "nanobrain/capi/objects.h"
#include "nanobrain/capi/status.h"

using namespace nanobrain;

namespace {

std::span<const TokenId> tokens_of(
    const nb_token* tokens, size_t count, const char* where) {
  if (count > 0) require_pointer(tokens, where, "tokens");
  return {tokens, count};
}

/// The session, once it has read a token.
Session& begun(nb_session* session, const char* where) {
  require_pointer(session, where, "session");
  require_status(
      session->session.length() > 0,
      NB_ERROR_STATE,
      where,
      "the session has read nothing; feed it a token first");
  return session->session;
}

} // namespace

nb_status nb_thread_pool_create(int32_t threads, nb_thread_pool** pool) {
  return guarded(__func__, NB_ERROR_THREADS, [&](const char* where) {
    require_pointer(pool, where, "pool");
    *pool = nullptr;
    *pool = new nb_thread_pool{
        std::make_shared<ThreadPool>(resolve_threads(threads, where))};
  });
}

void nb_thread_pool_free(nb_thread_pool* pool) {
  delete pool;
}

nb_status nb_session_create(
    const nb_model* model, nb_thread_pool* pool, nb_session** session) {
  return guarded(__func__, NB_ERROR_MEMORY, [&](const char* where) {
    require_pointer(session, where, "session");
    *session = nullptr;
    require_pointer(model, where, "model");
    require_pointer(pool, where, "pool");
    const auto& weights = model->weights;
    *session = new nb_session{
        weights, Session(weights, pool->threads, weights->trained_context())};
  });
}

void nb_session_free(nb_session* session) {
  delete session;
}

nb_status nb_session_feed(
    nb_session* session, const nb_token* tokens, size_t count) {
  return guarded(__func__, NB_ERROR_ARGUMENT, [&](const char* where) {
    require_pointer(session, where, "session");
    session->session.feed(tokens_of(tokens, count, where));
  });
}

nb_status nb_session_logits(nb_session* session, const float** logits) {
  return guarded(__func__, NB_ERROR_INTERNAL, [&](const char* where) {
    require_pointer(logits, where, "logits");
    *logits = nullptr;
    *logits = begun(session, where).logits().data();
  });
}

nb_status nb_session_argmax(nb_session* session, nb_token* token) {
  return guarded(__func__, NB_ERROR_INTERNAL, [&](const char* where) {
    require_pointer(token, where, "token");
    *token = begun(session, where).argmax();
  });
}

nb_status nb_session_sample(
    nb_session* session, nb_sampler* sampler, nb_token* token) {
  return guarded(__func__, NB_ERROR_INTERNAL, [&](const char* where) {
    require_pointer(session, where, "session");
    require_pointer(sampler, where, "sampler");
    require_pointer(token, where, "token");
    require_status(
        session->weights == sampler->weights,
        NB_ERROR_ARGUMENT,
        where,
        "the sampler is of another model than the session");
    Session& begun_session = begun(session, where);
    const auto count = static_cast<size_t>(sampler->drawable);
    *token = sampler->sampler.sample(
        begun_session.logits().first(count), sampler->random);
  });
}

nb_status nb_session_forward(
    nb_session* session,
    const nb_token* tokens,
    size_t count,
    float* logits,
    size_t capacity) {
  return guarded(__func__, NB_ERROR_ARGUMENT, [&](const char* where) {
    require_pointer(session, where, "session");
    const auto ids = tokens_of(tokens, count, where);
    if (count > 0) require_pointer(logits, where, "logits");
    const auto vocab_size =
        static_cast<size_t>(session->weights->config().vocab_size);
    // A division: count * vocab_size may be past size_t.
    require_status(
        capacity / vocab_size >= count,
        NB_ERROR_BUFFER,
        where,
        "logits has room for {} floats, but {} tokens have {} logits each",
        capacity,
        count,
        vocab_size);
    session->session.forward(ids, logits);
  });
}

nb_status nb_session_score(
    nb_session* session,
    const nb_token* tokens,
    const nb_token* targets,
    size_t count,
    float* losses) {
  return guarded(__func__, NB_ERROR_ARGUMENT, [&](const char* where) {
    require_pointer(session, where, "session");
    const auto ids = tokens_of(tokens, count, where);
    if (count > 0) {
      require_pointer(targets, where, "targets");
      require_pointer(losses, where, "losses");
    }
    session->session.score(ids, {targets, count}, {losses, count});
  });
}

nb_status nb_session_reset(nb_session* session) {
  return guarded(__func__, NB_ERROR_INTERNAL, [&](const char* where) {
    require_pointer(session, where, "session");
    session->session.reset();
  });
}

nb_status nb_session_length(const nb_session* session, size_t* length) {
  return guarded(__func__, NB_ERROR_INTERNAL, [&](const char* where) {
    require_pointer(session, where, "session");
    require_pointer(length, where, "length");
    *length = static_cast<size_t>(session->session.length());
  });
}

nb_status nb_sampler_create(
    const nb_model* model,
    const nb_sampler_options* options,
    nb_sampler** sampler) {
  return guarded(__func__, NB_ERROR_ARGUMENT, [&](const char* where) {
    require_pointer(sampler, where, "sampler");
    *sampler = nullptr;
    require_pointer(model, where, "model");
    require_struct(options, where);
    auto made = std::make_unique<nb_sampler>(nb_sampler{
        .weights = model->weights,
        .drawable = model->drawable(),
        .sampler = Sampler(
            {.temperature = options->temperature,
             .top_k = options->top_k,
             .top_p = options->top_p}),
        .random = Random(options->seed)});
    made->sampler.reserve(made->drawable);
    *sampler = made.release();
  });
}

void nb_sampler_free(nb_sampler* sampler) {
  delete sampler;
}
