/* The header in strict C99: each function is there, as the header says it. */
#include <string.h>

#include "nanobrain_runtime.h"

static const nb_model_info info = NB_MODEL_INFO_INIT;
static const nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;

typedef void (*function)(void);
static const function functions[] = {
    (function)nb_version,           (function)nb_status_name,
    (function)nb_last_error,        (function)nb_model_load,
    (function)nb_model_free,        (function)nb_model_get_info,
    (function)nb_model_encode,      (function)nb_model_decode,
    (function)nb_model_token_bytes, (function)nb_thread_pool_create,
    (function)nb_thread_pool_free,  (function)nb_session_create,
    (function)nb_session_free,      (function)nb_session_feed,
    (function)nb_session_logits,    (function)nb_session_argmax,
    (function)nb_session_sample,    (function)nb_session_forward,
    (function)nb_session_score,     (function)nb_session_reset,
    (function)nb_session_length,    (function)nb_sampler_create,
    (function)nb_sampler_free};

int main(void) {
  size_t i;
  for (i = 0; i < sizeof functions / sizeof *functions; ++i) {
    if (functions[i] == NULL) return 1;
  }
  if (info.struct_size != sizeof info || info.end_of_text != 0) return 2;
  if (options.struct_size != sizeof options || options.temperature != 1.0 ||
      options.top_k != 0 || options.top_p != 1.0 || options.seed != 42) {
    return 3;
  }
  return strcmp(nb_version(), NB_VERSION) == 0 ? 0 : 4;
}
