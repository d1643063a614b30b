"""What happened in the last W, and how much of it was measured (slo/window.h, slo/tiers.h)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .constants import WINDOW_TIERS_MAX
from .structs import Counts, Delta, WindowConfig, WindowSummary, WindowTier


def tiers(spans_ns: Sequence[int], capacity: int = WINDOW_TIERS_MAX) -> list[WindowTier]:
    """Tiers that serve windows of these spans (ns), each within 2 %. Raises OutOfRange, NoSpace
    (error.min: how many tiers it takes)."""
    spans = _ffi.integers(spans_ns, "i64", "spans_ns")
    capacity = min(capacity, WINDOW_TIERS_MAX)
    made, count = _ffi.array("slo_window_tier", capacity), ctypes.c_uint32()
    lib.slo_window_tiers(spans, len(spans), made, capacity, byref(count))
    return [_ffi.result(made[i]) for i in range(count.value)]


class Window(_block.Block):
    """Readings of cumulative counts. One owner at a time pushes and pins; any number of threads
    and processes may read meanwhile."""

    __slots__ = ()

    def __init__(self, config: WindowConfig | None = None) -> None:
        """None: tiers for 5 min .. 90 d. Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_window_config", config)
        self._at = _block.lay_out(lib.slo_window_footprint, lib.slo_window_init, c)

    @staticmethod
    def footprint(config: WindowConfig | None = None) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        return _block.footprint(lib.slo_window_footprint, _ffi.config("slo_window_config", config))

    @classmethod
    def init(cls, buffer: Any, config: WindowConfig | None = None) -> Window:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_window_config", config)
        return cls._over(_block.init(lib.slo_window_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Window:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_window_attach, buffer))

    def push(self, now_ns: int, total: Counts, flags: int = 0) -> None:
        """Takes a reading: everything counted so far. flags: slo.PUSH_UNMEASURED,
        slo.PUSH_REBASE. Owner only. Raises OutOfRange (no moment; a count lower than it was),
        ClockJumped: the reading is not taken."""
        c = _ffi.config("slo_counts", total)
        lib.slo_window_push(self._at, now_ns, c, flags)

    def pin(self, at_ns: int, until_ns: int) -> None:
        """Keeps the newest reading at or before at_ns until until_ns. Owner only. Raises NoData,
        OutOfRange, NoSpace (all pins are in use)."""
        lib.slo_window_pin(self._at, at_ns, until_ns)

    def read(self, span_ns: int) -> Delta:
        """The last span_ns. Raises NoData before the first push, OutOfRange."""
        return self.read_many([span_ns])[0]

    def read_many(self, spans_ns: Sequence[int]) -> list[Delta]:
        """Several windows that end at the newest reading, all of one state. Raises NoData before
        the first push, OutOfRange."""
        spans = _ffi.integers(spans_ns, "i64", "spans_ns")
        deltas = _ffi.array("slo_delta", len(spans))
        lib.slo_window_read(self._at, spans, len(spans), deltas)
        return [_ffi.result(delta) for delta in deltas]

    def delta(self, from_ns: int, to_ns: int) -> Delta:
        """What happened between two moments. Raises NoData before the first push, OutOfRange."""
        c = _ffi.new("slo_delta")
        lib.slo_window_delta(self._at, from_ns, to_ns, byref(c))
        delta: Delta = _ffi.result(c)
        return delta

    def summarize(self) -> WindowSummary:
        """The history as a whole. Raises NoData before the first push."""
        c = _ffi.new("slo_window_summary")
        lib.slo_window_summarize(self._at, byref(c))
        summary: WindowSummary = _ffi.result(c)
        return summary
