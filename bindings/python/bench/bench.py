"""What does recording cost from Python? Ours and prometheus_client's take turns in one process.

Prints medians and ratios of medians; what is compared is what each does for the same event:

    observe a latency        Hist.record (sum and a threshold)   Histogram.observe
    count a request          Counter.good                        Counter.inc
    count, by label          Counter.good, looked up each time   Counter.labels(..).inc
    a batch of latencies     Hist.record_many                    Histogram.observe, one by one
"""

import array
import json
import pathlib
import statistics
import sys
import time

import prometheus_client
import slo

ROUNDS = 101
N = 2_000
BATCH = 50_000

THRESHOLD = slo.HistConfig(thresholds=[300_000_000])
monitor = slo.Monitor(
    [slo.MonitorSli(name="checkout", latency=THRESHOLD, with_threshold=1)],
)
hist, counter = monitor.hist("checkout"), monitor.counter("checkout")
registry = prometheus_client.CollectorRegistry()
theirs_hist = prometheus_client.Histogram("latency_seconds", "-", registry=registry)
theirs_counter = prometheus_client.Counter("requests", "-", registry=registry)
theirs_labels = prometheus_client.Counter("by_outcome", "-", ["outcome"], registry=registry)

latencies = [1_000_000 * (1 + i * 37 % 800) for i in range(1000)]
seconds = [ns / 1e9 for ns in latencies]
batch = array.array("q", (latencies[i % 1000] for i in range(BATCH)))
batch_seconds = [ns / 1e9 for ns in batch]


def per_event(values, function):
    """ns an event, over N of them."""
    rounds = range(N // len(values))
    start = time.perf_counter_ns()
    for _ in rounds:
        for value in values:
            function(value)
    return (time.perf_counter_ns() - start) / N


def ours_observe():
    return per_event(latencies, hist.record)


def theirs_observe():
    return per_event(seconds, theirs_hist.observe)


def nothing(_):
    pass


def the_loop():
    return per_event(latencies, nothing)


def calls(function):
    start = time.perf_counter_ns()
    for _ in range(N):
        function()
    return (time.perf_counter_ns() - start) / N


def ours_count():
    return calls(counter.good)


def theirs_count():
    return calls(theirs_counter.inc)


def ours_by_name():
    return calls(lambda: monitor.counter("checkout").good())


def theirs_by_label():
    return calls(lambda: theirs_labels.labels("good").inc())


def ours_batch():
    start = time.perf_counter_ns()
    hist.record_many(batch)
    return (time.perf_counter_ns() - start) / BATCH


def theirs_batch():
    observe = theirs_hist.observe
    start = time.perf_counter_ns()
    for value in batch_seconds[: BATCH // 50]:
        observe(value)
    return (time.perf_counter_ns() - start) / (BATCH // 50)


CASES = [
    ("the loop and a Python call, for scale", the_loop, None),
    ("observe a latency", ours_observe, theirs_observe),
    ("count a request", ours_count, theirs_count),
    ("count, by name or label", ours_by_name, theirs_by_label),
    ("a batch of latencies", ours_batch, theirs_batch),
]
figures = {}
for _ in range(ROUNDS):
    for name, ours, theirs in CASES:
        figures.setdefault((name, "ours"), []).append(ours())
        if theirs is not None:
            figures.setdefault((name, "theirs"), []).append(theirs())

print(f"  {'ns an event, median':38} {'slo':>9} {'prometheus':>11} {'ratio':>8} {'of fastest':>11}")
out = []
for name, _, theirs in CASES:
    mine = statistics.median(figures[name, "ours"])
    if theirs is None:
        print(f"  {name:38} {mine:9.1f}")
        continue
    other = statistics.median(figures[name, "theirs"])
    fastest = min(figures[name, "theirs"]) / min(figures[name, "ours"])
    print(f"  {name:38} {mine:9.1f} {other:11.1f} {other / mine:7.1f}x {fastest:10.1f}x")
    case = {"name": name, "ours_ns": mine, "theirs_ns": other}
    out.append({**case, "ratio": other / mine, "ratio_of_fastest": fastest})
if len(sys.argv) > 1:
    place = pathlib.Path(sys.argv[1]) / "bench"
    place.mkdir(exist_ok=True)
    (place / "python.json").write_text(json.dumps({"bench": "python", "cases": out}))
