"""Measures families of workloads in this process; prints JSON.

``python tools/bench/worker.py [--only TEXT] [--check] FAMILY...`` runs under PyTorch 2,
``python -m torchlike run tools/bench/worker.py ...`` under torchlike; there --numpy
measures what NumPy does for the items that it has. It is a script, not a module of
``tools``, so that the folder of the clone is not searched for modules.
"""

import argparse
import importlib
import json
import platform
import warnings

import timing
import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--numpy", action="store_true")
    parser.add_argument("--check", action="store_true", help="run everything once")
    parser.add_argument("families", nargs="+")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")  # what PyTorch 2 calls deprecated
    torch.manual_seed(1)
    rows = []
    for name in options.families:
        family = importlib.import_module("bench_" + name)
        items = [item for item in family.ITEMS if options.only in item.name]
        namespace = family.setup() if items else {}
        if options.numpy:
            items, namespace = timing.with_numpy(items, namespace)
        if options.check:
            items = [item for item in items if not timing.fails(item, namespace)]
            values = {item.name: 0.0 for item in items}
        else:
            values = timing.measure(items, namespace)
        rows += [
            {
                "family": name,
                "name": item.name,
                "target": item.target,
                "flops": item.flops,
                "unit": item.unit,
                "value": values[item.name],
            }
            for item in items
            if item.name in values
        ]
    module = importlib.import_module("numpy") if options.numpy else torch
    library = f"{module.__name__} {module.__version__}"
    python = f"Python {platform.python_version()}"
    print(json.dumps({"library": library, "python": python, "rows": rows}))


if __name__ == "__main__":
    main()
