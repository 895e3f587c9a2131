"""A GGUF model in llama.cpp, through the C functions that the package llama-cpp-python carries."""
import ctypes

import llama_cpp
import numpy as np

F32 = 0  # ggml_type


@llama_cpp.llama_log_callback
def _silent(level, text, data):
    pass


class LlamaCppModel:
    """One sequence. exact: keys and values in f32, as nanobrain has them, and no flash attention; else llama.cpp's defaults."""

    def __init__(self, path, threads, exact=False):
        llama_cpp.llama_log_set(_silent, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
        if not self.model:
            raise RuntimeError(f"llama.cpp cannot open {path}")
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        self.vocab_size = llama_cpp.llama_vocab_n_tokens(self.vocab)
        self.context_length = llama_cpp.llama_model_n_ctx_train(self.model)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = self.context_length
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        if exact:
            params.type_k = params.type_v = F32
            params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self.context = llama_cpp.llama_init_from_model(self.model, params)
        if not self.context:
            raise RuntimeError(f"llama.cpp cannot make a context for {path}")
        self.batch = llama_cpp.llama_batch_init(self.context_length, 0, 1)
        self.position = 0

    def tokenize(self, text):
        """Ids of UTF-8 bytes, special pieces as plain text."""
        ids = (llama_cpp.llama_token * (len(text) + 8))()
        count = llama_cpp.llama_tokenize(self.vocab, text, len(text), ids, len(ids), False, False)
        if count < 0:
            raise RuntimeError(f"llama_tokenize gives {count}")
        return list(ids[:count])

    def reset(self):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        self.position = 0

    def feed(self, ids, all_logits=False):
        """Reads ids; logits after each (n, V), or after the last alone (V). They are in llama.cpp's memory up to the next call."""
        batch = self.batch
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i] = token
            batch.pos[i] = self.position + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = all_logits
        batch.logits[len(ids) - 1] = True
        if llama_cpp.llama_decode(self.context, batch) != 0:
            raise RuntimeError("llama_decode failed")
        self.position += len(ids)
        shape = (len(ids), self.vocab_size) if all_logits else (self.vocab_size,)
        return np.ctypeslib.as_array(llama_cpp.llama_get_logits(self.context), shape)
