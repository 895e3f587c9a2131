// nb_model: a folder's weights and tokenizer.
#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/capi/objects.h"
#include "nanobrain/capi/status.h"
#include "nanobrain/config/model_folder.h"

using namespace nanobrain;

namespace {

const Tokenizer& tokenizer_of(const nb_model* model, const char* where) {
  require_pointer(model, where, "model");
  require_status(
      model->tokenizer != nullptr,
      NB_ERROR_TOKENIZER,
      where,
      "the model's folder has no tokenizer; put its files beside config.json");
  return *model->tokenizer;
}

/// Fills a buffer as the header says under "Buffers".
template <class T>
void fill(
    std::span<const T> values,
    T* buffer,
    size_t capacity,
    size_t* count,
    const char* where) {
  *count = values.size();
  if (buffer == nullptr && capacity == 0) return;
  require_pointer(buffer, where, "the buffer");
  require_status(
      values.size() <= capacity,
      NB_ERROR_BUFFER,
      where,
      "the buffer has room for {}, but there are {}",
      capacity,
      values.size());
  std::copy(values.begin(), values.end(), buffer);
}

} // namespace

nb_status nb_model_load(const char* folder, nb_model** model) {
  return guarded(__func__, NB_ERROR_MODEL, [&](const char* where) {
    require_pointer(model, where, "model");
    *model = nullptr;
    require_pointer(folder, where, "folder");
    auto weights = RuntimeModel::load(folder);
    auto tokenizer = load_model_tokenizer(folder, weights->config().vocab_size);
    *model = new nb_model{std::move(weights), std::move(tokenizer)};
  });
}

void nb_model_free(nb_model* model) {
  delete model;
}

nb_status nb_model_get_info(const nb_model* model, nb_model_info* info) {
  return guarded(__func__, NB_ERROR_INTERNAL, [&](const char* where) {
    require_pointer(model, where, "model");
    require_struct(info, where);
    const ModelConfig& config = model->weights->config();
    const Tokenizer* tokenizer = model->tokenizer.get();
    *info = {
        .struct_size = info->struct_size,
        .vocab_size = config.vocab_size,
        .context = model->weights->trained_context(),
        .num_layers = config.num_layers,
        .num_heads = config.num_heads,
        .model_dim = config.model_dim,
        .ffn_dim = config.ffn_dim,
        .weight_bytes = model->weights->file_bytes(),
        .tokenizer_size = tokenizer ? tokenizer->vocab_size() : 0,
        .end_of_text = static_cast<nb_token>(
            tokenizer ? tokenizer->end_of_text()
                      : model->weights->end_of_text())};
  });
}

nb_status nb_model_encode(
    const nb_model* model,
    const char* text,
    size_t text_size,
    nb_token* tokens,
    size_t capacity,
    size_t* count) {
  return guarded(__func__, NB_ERROR_TEXT, [&](const char* where) {
    require_pointer(count, where, "count");
    if (text_size > 0) require_pointer(text, where, "text");
    const std::vector<TokenId> ids =
        tokenizer_of(model, where).encode({text, text_size});
    fill<TokenId>(ids, tokens, capacity, count, where);
  });
}

nb_status nb_model_decode(
    const nb_model* model,
    const nb_token* tokens,
    size_t count,
    char* text,
    size_t capacity,
    size_t* text_size) {
  return guarded(__func__, NB_ERROR_ARGUMENT, [&](const char* where) {
    require_pointer(text_size, where, "text_size");
    if (count > 0) require_pointer(tokens, where, "tokens");
    const std::string bytes =
        tokenizer_of(model, where).decode({tokens, count});
    fill<char>(bytes, text, capacity, text_size, where);
  });
}

nb_status nb_model_token_bytes(
    const nb_model* model, nb_token token, const char** bytes, size_t* size) {
  return guarded(__func__, NB_ERROR_ARGUMENT, [&](const char* where) {
    require_pointer(bytes, where, "bytes");
    require_pointer(size, where, "size");
    const std::string_view view = tokenizer_of(model, where).bytes_of(token);
    *bytes = view.data();
    *size = view.size();
  });
}
