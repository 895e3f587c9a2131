"""Prints what TensorBoard reads in a folder of event files, as JSON.

usage: read_events.py FOLDER
"""

import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
events.Reload()
tags = events.Tags()
scalars = {tag: events.Scalars(tag) for tag in tags["scalars"]}
texts = {}
for tag in tags["tensors"]:
    assert events.SummaryMetadata(tag).plugin_data.plugin_name == "text", tag
    texts[tag] = [
        [e.step, tensor_util.make_ndarray(e.tensor_proto).item().decode()]
        for e in events.Tensors(tag)
    ]


def json_number(value):
    """JSON has no word for the others."""
    return value if math.isfinite(value) else str(value)


print(
    json.dumps(
        {
            "scalars": {
                tag: [[e.step, json_number(e.value)] for e in s]
                for tag, s in scalars.items()
            },
            "texts": texts,
            "wall_times": [e.wall_time for s in scalars.values() for e in s],
        }
    )
)
