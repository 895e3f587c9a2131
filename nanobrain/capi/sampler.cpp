// nb_sampler.
#include "nanobrain/capi/objects.h"
#include "nanobrain/capi/status.h"

using namespace nanobrain;

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
