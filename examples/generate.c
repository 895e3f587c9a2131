/* Continues a text and says how likely it was to the model.
 *
 *   cc -std=c99 generate.c $(pkg-config --cflags --libs nanobrain_runtime)
 *   ./a.out MODEL_FOLDER "The history of" 64 0.8 > continuation.txt
 */
#include <nanobrain_runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(nb_status status) {
  if (status == NB_OK) return;
  fprintf(stderr, "%s: %s\n", nb_status_name(status), nb_last_error());
  exit(1);
}

/* End-of-text, which separates texts and so begins them, then the prompt's
 * tokens. Returns how many. */
static size_t encode(
    const nb_model* model, const char* prompt, nb_token** tokens) {
  const size_t size = strlen(prompt);
  nb_model_info info = NB_MODEL_INFO_INIT;
  size_t begin = 0, count = 0;
  check(nb_model_get_info(model, &info));
  *tokens = malloc((size + 1) * sizeof **tokens); /* at most one a byte */
  if (*tokens == NULL) exit(1);
  if (info.end_of_text >= 0) (*tokens)[begin++] = info.end_of_text;
  check(nb_model_encode(model, prompt, size, *tokens + begin, size, &count));
  return begin + count;
}

/* Prints the mean loss of all tokens but the first. */
static void print_loss(
    nb_session* session, const nb_token* tokens, size_t count) {
  double sum = 0;
  float* losses;
  size_t i;
  if (count < 2) return;
  losses = malloc((count - 1) * sizeof *losses);
  if (losses == NULL) exit(1);
  check(nb_session_score(session, tokens, tokens + 1, count - 1, losses));
  for (i = 0; i < count - 1; ++i) sum += losses[i];
  fprintf(
      stderr, "%.6f nats a token of the prompt\n", sum / (double)(count - 1));
  free(losses);
}

static void generate(
    const nb_model* model,
    nb_session* session,
    nb_sampler* sampler,
    long max_tokens) {
  nb_model_info info = NB_MODEL_INFO_INIT;
  check(nb_model_get_info(model, &info));
  while (max_tokens-- > 0) {
    const char* bytes;
    size_t size;
    nb_token next;
    check(nb_session_sample(session, sampler, &next));
    if (next == info.end_of_text) break;
    check(nb_model_token_bytes(model, next, &bytes, &size));
    fwrite(bytes, 1, size, stdout);
    fflush(stdout);
    check(nb_session_feed(session, &next, 1));
  }
  printf("\n");
}

int main(int argc, char** argv) {
  nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  nb_model* model;
  nb_thread_pool* pool;
  nb_session* session;
  nb_sampler* sampler;
  nb_token* tokens;
  size_t count;
  if (argc < 4) {
    fprintf(stderr, "usage: %s MODEL PROMPT TOKENS [TEMPERATURE]\n", argv[0]);
    return 2;
  }
  if (argc > 4) options.temperature = strtod(argv[4], NULL);
  check(nb_model_load(argv[1], &model));
  check(nb_thread_pool_create(0, &pool));
  check(nb_session_create(model, pool, &session));
  check(nb_sampler_create(model, &options, &sampler));

  count = encode(model, argv[2], &tokens);
  print_loss(session, tokens, count);
  check(nb_session_reset(session));
  check(nb_session_feed(session, tokens, count));
  generate(model, session, sampler, strtol(argv[3], NULL, 10));

  free(tokens);
  nb_sampler_free(sampler);
  nb_session_free(session);
  nb_thread_pool_free(pool);
  nb_model_free(model);
  return 0;
}
