"""From what was to what may be promised (slo/target.h). Pure functions."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import byref
from typing import Any

from . import _ffi
from ._ffi import lib
from .snapshot import Snapshot
from .structs import Counts, Coverage, TargetDay


def objective(counts: Counts, grid_ppb: int) -> int:
    """The availability achieved, rounded down to a grid, ppb. Raises NoData, OutOfRange."""
    value = ctypes.c_uint64()
    lib.slo_target_objective(_ffi.config("slo_counts", counts), grid_ppb, byref(value))
    return value.value


def threshold(latency_ns: int, grid_ns: int) -> int:
    """A latency rounded up to a grid, ns. Raises OutOfRange."""
    value = ctypes.c_int64()
    lib.slo_target_threshold(latency_ns, grid_ns, byref(value))
    return value.value


def quantile(snapshot: Snapshot, quantile_ppb: int, grid_ns: int) -> int:
    """The same of a quantile of what was recorded. Raises NoData, OutOfRange."""
    value = ctypes.c_int64()
    lib.slo_target_quantile(snapshot._at, quantile_ppb, grid_ns, byref(value))
    return value.value


def missed(days: Sequence[TargetDay], objective_ppb: int) -> list[int]:
    """The indices of the days that would have missed it. Raises OutOfRange."""
    given, n = _ffi.configs("slo_target_day", days, "days"), len(days)
    found, count = (ctypes.c_uint32 * n)(), ctypes.c_uint32()
    lib.slo_target_missed(given, n, objective_ppb, found, n, byref(count))
    return list(found[: count.value])


def coverage(snapshot: Snapshot, threshold: int) -> Coverage:
    """How much of what was recorded lies within a threshold. Raises NoData, OutOfRange."""
    c = _ffi.new("slo_coverage")
    lib.slo_target_coverage(snapshot._at, threshold, byref(c))
    coverage: Coverage = _ffi.result(c)
    return coverage


def coverage_many(values: Any, threshold: int, weights: Any = None) -> Coverage:
    """The same of a buffer of int64, and of one of uint64 with their weights (None: 1 each).
    Nothing is copied. Raises NoData, OutOfRange, TypeError (format), ValueError (lengths)."""
    c = _ffi.new("slo_coverage")
    with _ffi.Batch(values, "values") as (at, n):
        if weights is None:
            lib.slo_target_coverage_many(at, None, n, threshold, byref(c))
        else:
            with _ffi.Batch(weights, "weights", "u64") as (weights_at, m):
                if m != n:
                    raise ValueError(f"{n} values have {m} weights")
                lib.slo_target_coverage_many(at, weights_at, n, threshold, byref(c))
    coverage: Coverage = _ffi.result(c)
    return coverage
