/* nanobrain_runtime: int8 language models on a CPU, for C and whatever calls C.
 *
 *   nb_model *model;
 *   nb_thread_pool *pool;
 *   nb_session *session;
 *   nb_model_load("model", &model);          the folder of `nanobrain quantize`
 *   nb_thread_pool_create(0, &pool);         a thread for each processor
 *   nb_session_create(model, pool, &session);
 *   nb_session_feed(session, ids, count);    the prompt, then what was drawn
 *   nb_session_argmax(session, &next);
 *
 * Results. Every function that can fail returns an nb_status; NB_OK is 0. On
 * failure nb_last_error() says why; a call that refuses its arguments changes
 * nothing. A pointer that is NULL where nothing is said of it is
 * NB_ERROR_ARGUMENT, never a crash. No C++ exception leaves the library.
 *
 * Ownership. What nb_*_load and nb_*_create made is the caller's and goes back
 * to the nb_*_free of its type, which takes NULL too. Objects keep alive what
 * they are made of, so they may be freed in any order. On failure the pointer
 * is set to NULL.
 *
 * Threads. Models and thread pools may be used by many threads at once; a pool
 * serves one session after the other. A session or a sampler belongs to one
 * thread at a time. nb_last_error() is each thread's own.
 *
 * Buffers. Texts are bytes with a length: they may hold zeros, and none is put
 * at their end. A function that fills a buffer of unknown length takes its
 * capacity, in elements, and writes how many there are; where they do not fit
 * it writes none of them and returns NB_ERROR_BUFFER. A NULL buffer of
 * capacity 0 only asks for the number and is NB_OK.
 *
 * Memory. All that a session and a sampler need they allocate when they are
 * created: to feed, predict, draw and score allocates nothing.
 */
#ifndef NANOBRAIN_RUNTIME_H
#define NANOBRAIN_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#define NB_VERSION_MAJOR 0
#define NB_VERSION_MINOR 1
#define NB_VERSION_PATCH 0
#define NB_VERSION "0.1.0"

#if defined(__GNUC__)
#define NB_API __attribute__((visibility("default")))
#else
#define NB_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A token's id, in [0, vocab_size). */
typedef int32_t nb_token;

typedef enum nb_status {
  NB_OK = 0,
  NB_ERROR_ARGUMENT = 1,   /* NULL, out of range, or of another model */
  NB_ERROR_BUFFER = 2,     /* a buffer is too small */
  NB_ERROR_MODEL = 3,      /* a model folder is missing, damaged or foreign */
  NB_ERROR_TOKENIZER = 4,  /* the model's folder has no tokenizer */
  NB_ERROR_TEXT = 5,       /* a text that the tokenizer cannot encode */
  NB_ERROR_STATE = 6,      /* nothing has been fed to the session yet */
  NB_ERROR_NOT_FINITE = 7, /* the model's weights give no finite numbers */
  NB_ERROR_THREADS = 8,    /* the system starts no more threads */
  NB_ERROR_MEMORY = 9,     /* there is not enough memory */
  NB_ERROR_INTERNAL = 10   /* a fault of the library itself; please report it */
} nb_status;

/* A model's weights and tokenizer. Never changes. */
typedef struct nb_model nb_model;
/* Threads that share the work of one call. */
typedef struct nb_thread_pool nb_thread_pool;
/* A text being read and continued. */
typedef struct nb_session nb_session;
/* Draws tokens: options, a random generator, buffers. */
typedef struct nb_sampler nb_sampler;

/* Structures open with their size, so that programs keep working with later
 * versions of the library, which add members at the end. Begin with the
 * initialiser. */

typedef struct nb_model_info {
  size_t struct_size;
  int64_t vocab_size; /* logits of a prediction */
  /* Tokens that a session sees at once: as many as the model was trained at. */
  int64_t context;
  int64_t num_layers;
  int64_t num_heads;
  int64_t model_dim;
  int64_t ffn_dim;
  int64_t weight_bytes; /* of the file of weights */
  /* Ids of the tokenizer, at most vocab_size; 0 where there is none. */
  int64_t tokenizer_size;
  /* The token that separates texts, -1 where there is none. In training it also
   * stood before each text: feed it first. */
  nb_token end_of_text;
} nb_model_info;
#define NB_MODEL_INFO_INIT \
  { sizeof(nb_model_info), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

typedef struct nb_sampler_options {
  size_t struct_size;
  double temperature; /* divides the logits; 0: always the most likely token */
  int64_t top_k;      /* only the k most likely tokens; 0: all */
  double top_p;       /* only the fewest most likely tokens whose probabilities
                         reach p, in (0, 1]; 1: all */
  uint64_t seed;      /* equal seeds draw equal texts */
} nb_sampler_options;
#define NB_SAMPLER_OPTIONS_INIT \
  { sizeof(nb_sampler_options), 1.0, 0, 1.0, 42 }

/* --- Version and errors -------------------------------------------------- */

/* That of the library at run time; NB_VERSION is that of this header. */
NB_API const char* nb_version(void);
/* "NB_OK", "NB_ERROR_ARGUMENT", ...; "unknown status" for other numbers. */
NB_API const char* nb_status_name(nb_status status);
/* What went wrong in this thread's last call that failed, for people, in UTF-8;
 * "" before the first. Valid up to the thread's next call that fails. */
NB_API const char* nb_last_error(void);

/* --- Models --------------------------------------------------------------- */

/* Opens a folder with config.json, model.int8.safetensors and, if it is there,
 * a tokenizer. Every value is checked; a damaged or hostile folder is
 * NB_ERROR_MODEL. The files may be changed or removed afterwards. Where memory
 * runs out while JSON is read, the JSON library may end the process. */
NB_API nb_status nb_model_load(const char* folder, nb_model** model);
NB_API void nb_model_free(nb_model* model);
/* Fills as much of *info as its struct_size says. */
NB_API nb_status nb_model_get_info(const nb_model* model, nb_model_info* info);

/* The tokens of a text, without end-of-text; at most one a byte. Some
 * tokenizers take UTF-8 only: NB_ERROR_TEXT names the first other byte. */
NB_API nb_status nb_model_encode(
    const nb_model* model,
    const char* text,
    size_t text_size,
    nb_token* tokens,
    size_t capacity,
    size_t* count);
/* The bytes of tokens in a row: of all that encode() gave, the text itself. */
NB_API nb_status nb_model_decode(
    const nb_model* model,
    const nb_token* tokens,
    size_t count,
    char* text,
    size_t capacity,
    size_t* text_size);
/* The bytes of one token, perhaps a part of a UTF-8 character; none for
 * end-of-text. They live as long as the model. */
NB_API nb_status nb_model_token_bytes(
    const nb_model* model, nb_token token, const char** bytes, size_t* size);

/* --- Threads -------------------------------------------------------------- */

/* `threads` in all, from 1 to 1024, the calling one among them; 0: one for each
 * processor. Results do not depend on their number. */
NB_API nb_status nb_thread_pool_create(int32_t threads, nb_thread_pool** pool);
NB_API void nb_thread_pool_free(nb_thread_pool* pool);

/* --- Sessions ------------------------------------------------------------- */

NB_API nb_status nb_session_create(
    const nb_model* model, nb_thread_pool* pool, nb_session** session);
NB_API void nb_session_free(nb_session* session);

/* Reads tokens, any number, at once or in parts with the same result. Past the
 * context the session forgets the oldest tokens, half a context at a time. */
NB_API nb_status
nb_session_feed(nb_session* session, const nb_token* tokens, size_t count);
/* Logits of the next token, vocab_size of them. They are the session's and live
 * up to its next call. NB_ERROR_STATE before the first token. */
NB_API nb_status nb_session_logits(nb_session* session, const float** logits);
/* The token of the largest logit, the first of equal ones; faster than to ask
 * for the logits. NB_ERROR_STATE before the first token. */
NB_API nb_status nb_session_argmax(nb_session* session, nb_token* token);
/* Draws the next token, which is not fed. Ids past the tokenizer's are never
 * drawn. NB_ERROR_STATE before the first token. */
NB_API nb_status
nb_session_sample(nb_session* session, nb_sampler* sampler, nb_token* token);

/* Starts over with tokens, at most `context`, and writes the logits after each:
 * (count, vocab_size), row-major. `capacity` counts floats. */
NB_API nb_status nb_session_forward(
    nb_session* session,
    const nb_token* tokens,
    size_t count,
    float* logits,
    size_t capacity);
/* Starts over with tokens, at most `context`, and writes for each
 * -ln p(targets[i] | tokens[0 .. i]), in nats; 0 where a target is negative. */
NB_API nb_status nb_session_score(
    nb_session* session,
    const nb_token* tokens,
    const nb_token* targets,
    size_t count,
    float* losses);

/* Forgets all tokens. */
NB_API nb_status nb_session_reset(nb_session* session);
/* Tokens read since the start, those forgotten among them. */
NB_API nb_status nb_session_length(const nb_session* session, size_t* length);

/* --- Samplers ------------------------------------------------------------- */

/* For sessions of this model. */
NB_API nb_status nb_sampler_create(
    const nb_model* model,
    const nb_sampler_options* options,
    nb_sampler** sampler);
NB_API void nb_sampler_free(nb_sampler* sampler);

#ifdef __cplusplus
}
#endif

#endif
