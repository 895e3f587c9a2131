"""golden_logits.py FOLDER...: the logits of the Python example for the int8
models of tests/golden against those that NumPy made of them."""

import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "examples"))
import nanobrain_runtime as nb

pool = nb.ThreadPool(2)
for folder in sys.argv[1:]:
    expected = load_file(pathlib.Path(folder) / "expected.safetensors")
    ids, logits = expected["ids"].tolist(), expected["logits"]
    model = nb.Model(folder)
    session = nb.Session(model, pool)
    ours = np.frombuffer(session.forward(ids), np.float32).reshape(logits.shape)
    # As tests/runtime/session_test.cpp: f32 against float64.
    assert np.abs(ours - logits).max() < 1e-4, np.abs(ours - logits).max()

    wide = logits - logits.max(1, keepdims=True)
    losses = np.log(np.exp(wide).sum(1))[:-1] - wide[np.arange(len(ids) - 1), ids[1:]]
    assert np.abs(session.score(ids[:-1], ids[1:]) - losses).max() < 1e-4

    session.reset()
    session.feed(ids[:4])
    session.feed(ids[4:])
    assert session.logits() == ours[-1].tolist()
    assert session.argmax() == logits[-1].argmax()
    assert session.sample(nb.Sampler(model, temperature=0)) == logits[-1].argmax()
    try:
        session.feed([model.info.vocab_size])
    except nb.NanobrainError as error:
        assert error.status == "NB_ERROR_ARGUMENT" and "out of range" in str(error)
    else:
        raise AssertionError("an id out of range was fed")
    print("logits of", folder, "agree")
