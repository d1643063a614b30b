"""The calculus of service availability: what the parts say about the whole (slo/depend.h).

Availabilities are parts per billion, 0..10^9. Pure functions; all raise OutOfRange.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import byref
from typing import Any

from . import _ffi
from ._ffi import lib
from .structs import Availability, DependEdge


def _availability(function: Any, *given: Any) -> Availability:
    c = _ffi.new("slo_availability")
    function(*given, byref(c))
    whole: Availability = _ffi.result(c)
    return whole


def serial(parts_ppb: Sequence[int]) -> Availability:
    """All of them are needed."""
    parts = _ffi.integers(parts_ppb, "u64", "parts_ppb")
    return _availability(lib.slo_depend_serial, parts, len(parts))


def parallel(parts_ppb: Sequence[int]) -> Availability:
    """Any one of them is enough."""
    parts = _ffi.integers(parts_ppb, "u64", "parts_ppb")
    return _availability(lib.slo_depend_parallel, parts, len(parts))


def quorum(parts_ppb: Sequence[int], k: int) -> Availability:
    """Any k of them are enough."""
    parts = _ffi.integers(parts_ppb, "u64", "parts_ppb")
    return _availability(lib.slo_depend_quorum, parts, len(parts), k)


def fallback(a_ppb: int, f_ppb: int) -> Availability:
    """a, and when it fails f serves instead."""
    return _availability(lib.slo_depend_fallback, a_ppb, f_ppb)


def repair(mttf_ns: int, mttr_ns: int) -> int:
    """MTTF / (MTTF + MTTR), ppb."""
    value = ctypes.c_uint64()
    lib.slo_depend_repair(mttf_ns, mttr_ns, byref(value))
    return value.value


def downtime(availability_ppb: int, period_ns: int) -> int:
    """How long (ns) it may be away in a period."""
    value = ctypes.c_int64()
    lib.slo_depend_downtime(availability_ppb, period_ns, byref(value))
    return value.value


def needed(objective_ppb: int, n: int, share_ppm: int) -> int:
    """What each of n critical dependencies must have (ppb) if together they may take share_ppm of
    the budget."""
    value = ctypes.c_uint64()
    lib.slo_depend_needed(objective_ppb, n, share_ppm, byref(value))
    return value.value


def taken(objective_ppb: int, parts_ppb: Sequence[int]) -> int:
    """What share of the budget (ppm) dependencies take already."""
    parts, value = _ffi.integers(parts_ppb, "u64", "parts_ppb"), ctypes.c_uint64()
    lib.slo_depend_taken(objective_ppb, parts, len(parts), byref(value))
    return value.value


def critical(edges: Sequence[DependEdge], node_count: int, root: int) -> list[int]:
    """The critical dependencies of root, at any depth, each once, ascending."""
    given = _ffi.configs("slo_depend_edge", edges, "edges")
    capacity = _ffi.checked(node_count, "u32", "node_count")
    found, count = (ctypes.c_uint32 * min(capacity, 4096))(), ctypes.c_uint32()
    lib.slo_depend_critical(
        given, len(edges), node_count, root, found, len(found), byref(count)
    )  # fmt: skip
    return list(found[: count.value])


def eval(edges: Sequence[DependEdge], own_ppb: Sequence[int], root: int) -> Availability:
    """The availability of root from what each node has by itself: serial over root and its
    critical dependencies, each once."""
    given = _ffi.configs("slo_depend_edge", edges, "edges")
    own = _ffi.integers(own_ppb, "u64", "own_ppb")
    return _availability(lib.slo_depend_eval, given, len(edges), own, len(own), root)
