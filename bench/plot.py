"""ns per record against threads and against the number of cells, as BUILD/bench/record.svg."""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

bench = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build") / "bench"


def cases(name):
    data = json.loads((bench / f"{name}.json").read_text())
    return [(c["name"], c["median_ns"]) for c in data["cases"]]


bare = dict(cases("record"))["bare increment of a log-linear cell"]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
series = {}
for name, ns in cases("record-threads"):
    if "thread" in name and ": " in name:
        threads, what = name.split(": ", 1)
        series.setdefault(what, []).append((int(threads.split()[0]), ns))
for what, points in series.items():
    left.plot(*zip(*points), marker="o", label=what)
left.axhline(bare, color="grey", linestyle="--", label="bare increment, 1 thread")
left.set(xlabel="threads, on two processors", ylabel="ns per record of each thread", yscale="log")
left.legend(fontsize=7)
points = [(int(name.split()[0]), ns) for name, ns in cases("record-cells")]
right.plot(*zip(*points), marker="o", label="handle, bucket + sum")
right.axhline(bare, color="grey", linestyle="--", label="bare increment")
right.set(xlabel="cells in use", ylabel="ns per record", xscale="log", ylim=(0, None))
right.legend(fontsize=7)
figure.tight_layout()
figure.savefig(bench / "record.svg")
print(bench / "record.svg")
