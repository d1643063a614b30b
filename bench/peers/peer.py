"""Observes with prometheus_client; prints a line for each case: name, threads, ns a record."""

import time

from prometheus_client import Histogram

N = 200_000
values = [1e-6 * 2 ** (i % 20) for i in range(4096)]
histogram = Histogram("a", "of the bench")
start = time.perf_counter_ns()
for i in range(N):
    histogram.observe(values[i % 4096])
print(f"prometheus_client (Python), histogram\t1\t{(time.perf_counter_ns() - start) / N:.2f}")
