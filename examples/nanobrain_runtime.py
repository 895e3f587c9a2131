"""The int8 engine of nanobrain in Python: a wrapper of libnanobrain_runtime.so
by ctypes, to be copied. Needs nothing but the library.

    model = Model("model")
    session = Session(model, ThreadPool())
    session.feed([model.info.end_of_text] + model.encode("The history of"))
    for token in session.generate(64, Sampler(model, temperature=0.8)):
        print(model.decode([token]).decode(errors="replace"), end="")
"""

import ctypes
import ctypes.util
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32
from ctypes import c_int64, c_size_t, c_uint64, c_void_p

_library = ctypes.CDLL(os.environ.get("NANOBRAIN_RUNTIME")
                       or ctypes.util.find_library("nanobrain_runtime")
                       or "libnanobrain_runtime.so.0")


class Info(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t)] + [
        (name, c_int64) for name in (
            "vocab_size", "context", "num_layers", "num_heads", "model_dim",
            "ffn_dim", "weight_bytes", "tokenizer_size")
    ] + [("end_of_text", c_int32)]


class SamplerOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("temperature", c_double),
                ("top_k", c_int64), ("top_p", c_double), ("seed", c_uint64)]


class NanobrainError(RuntimeError):
    """status: the name of the nb_status."""

    def __init__(self, status):
        super().__init__(_library.nb_last_error().decode(errors="replace"))
        self.status = _library.nb_status_name(status).decode()


def _declare(name, *arguments):
    function = getattr(_library, name)
    function.argtypes = arguments
    function.restype = c_int32

    def call(*values):
        status = function(*values)
        if status != 0:
            raise NanobrainError(status)
    return call


_tokens = POINTER(c_int32)
_floats = POINTER(c_float)
_size = POINTER(c_size_t)
_handle = POINTER(c_void_p)
_model_load = _declare("nb_model_load", c_char_p, _handle)
_model_get_info = _declare("nb_model_get_info", c_void_p, POINTER(Info))
_model_encode = _declare("nb_model_encode", c_void_p, c_char_p, c_size_t,
                         _tokens, c_size_t, _size)
_model_decode = _declare("nb_model_decode", c_void_p, _tokens, c_size_t,
                         c_char_p, c_size_t, _size)
_thread_pool_create = _declare("nb_thread_pool_create", c_int32, _handle)
_session_create = _declare("nb_session_create", c_void_p, c_void_p, _handle)
_session_feed = _declare("nb_session_feed", c_void_p, _tokens, c_size_t)
_session_logits = _declare("nb_session_logits", c_void_p, POINTER(_floats))
_session_argmax = _declare("nb_session_argmax", c_void_p, _tokens)
_session_sample = _declare("nb_session_sample", c_void_p, c_void_p, _tokens)
_session_forward = _declare("nb_session_forward", c_void_p, _tokens, c_size_t,
                            _floats, c_size_t)
_session_score = _declare("nb_session_score", c_void_p, _tokens, _tokens,
                          c_size_t, _floats)
_session_reset = _declare("nb_session_reset", c_void_p)
_sampler_create = _declare("nb_sampler_create", c_void_p,
                           POINTER(SamplerOptions), _handle)
_library.nb_version.restype = c_char_p
_library.nb_last_error.restype = c_char_p
_library.nb_status_name.restype = c_char_p


def version():
    return _library.nb_version().decode()


def _array(ids):
    return (c_int32 * len(ids))(*ids)


class _Object:
    """Owns a handle; freed with the Python object."""

    def __init__(self, create, free, *arguments):
        self._free = getattr(_library, free)
        self._free.argtypes = [c_void_p]
        self._free.restype = None
        self.handle = c_void_p()
        create(*arguments, byref(self.handle))

    def __del__(self):
        if getattr(self, "handle", None):
            self._free(self.handle)


class Model(_Object):
    def __init__(self, folder):
        super().__init__(_model_load, "nb_model_free", os.fsencode(folder))
        self.info = Info(struct_size=ctypes.sizeof(Info))
        _model_get_info(self.handle, byref(self.info))

    def encode(self, text):
        """Ids of a str or bytes, without end-of-text."""
        data = text.encode() if isinstance(text, str) else bytes(text)
        ids = (c_int32 * len(data))()  # at most one a byte
        count = c_size_t()
        _model_encode(self.handle, data, len(data), ids, len(ids), byref(count))
        return ids[:count.value]

    def decode(self, ids):
        """Bytes: a token may be a part of a character."""
        ids = _array(ids)
        size = c_size_t()
        _model_decode(self.handle, ids, len(ids), None, 0, byref(size))
        data = ctypes.create_string_buffer(size.value)
        _model_decode(self.handle, ids, len(ids), data, size.value, byref(size))
        return data.raw[:size.value]


class ThreadPool(_Object):
    def __init__(self, threads=0):
        super().__init__(_thread_pool_create, "nb_thread_pool_free", threads)


class Sampler(_Object):
    def __init__(self, model, temperature=1.0, top_k=0, top_p=1.0, seed=42):
        options = SamplerOptions(ctypes.sizeof(SamplerOptions), temperature,
                                 top_k, top_p, seed)
        super().__init__(_sampler_create, "nb_sampler_free", model.handle,
                         byref(options))


class Session(_Object):
    def __init__(self, model, pool):
        super().__init__(_session_create, "nb_session_free", model.handle,
                         pool.handle)
        self.info = model.info

    def feed(self, ids):
        _session_feed(self.handle, _array(ids), len(ids))

    def logits(self):
        """Of the next token: a list of vocab_size floats."""
        logits = _floats()
        _session_logits(self.handle, byref(logits))
        return logits[:self.info.vocab_size]

    def argmax(self):
        token = c_int32()
        _session_argmax(self.handle, byref(token))
        return token.value

    def sample(self, sampler):
        token = c_int32()
        _session_sample(self.handle, sampler.handle, byref(token))
        return token.value

    def generate(self, max_tokens, sampler):
        """Draws and feeds tokens up to end-of-text, which is not given."""
        for _ in range(max_tokens):
            token = self.sample(sampler)
            if token == self.info.end_of_text:
                return
            yield token
            self.feed([token])

    def forward(self, ids):
        """Starts over with ids: the logits after each, row after row, in a
        ctypes array that numpy.frombuffer takes."""
        logits = (c_float * (len(ids) * self.info.vocab_size))()
        _session_forward(self.handle, _array(ids), len(ids), logits, len(logits))
        return logits

    def score(self, ids, targets):
        """Starts over with ids: -ln p(targets[i] | ids[:i + 1]) of each."""
        if len(ids) != len(targets):
            raise ValueError("ids and targets differ in length")
        losses = (c_float * len(ids))()
        _session_score(self.handle, _array(ids), _array(targets), len(ids),
                       losses)
        return losses[:]

    def reset(self):
        _session_reset(self.handle)
