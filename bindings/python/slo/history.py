"""What latencies were like: p99 of the last hour, and heat maps (slo/history.h)."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .hist import Hist
from .snapshot import Snapshot
from .structs import HistoryConfig, Period


class History(_block.Block):
    """Readings of one histogram, coarsely, as far back as its tiers say. One owner at a time
    pushes; any number of threads and processes may read meanwhile."""

    __slots__ = ()

    def __init__(self, hist: Hist, config: HistoryConfig | None = None) -> None:
        """None: every 5 min for 6 h, every hour for 7 d. Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_history_config", config)
        self._at = _block.lay_out(lib.slo_history_footprint, lib.slo_history_init, hist._at, c)

    @staticmethod
    def footprint(hist: Hist, config: HistoryConfig | None = None) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        c = _ffi.config("slo_history_config", config)
        return _block.footprint(lib.slo_history_footprint, hist._at, c)

    @classmethod
    def init(cls, buffer: Any, hist: Hist, config: HistoryConfig | None = None) -> History:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_history_config", config)
        return cls._over(_block.init(lib.slo_history_init, buffer, hist._at, c))

    @classmethod
    def attach(cls, buffer: Any) -> History:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_history_attach, buffer))

    def push(self, now_ns: int, hist: Hist, flags: int = 0) -> None:
        """Takes a reading into each tier whose step has passed. flags: slo.HISTORY_REBASE. Owner
        only. Raises OutOfRange (no moment), InvalidArgument (another shape)."""
        lib.slo_history_push(self._at, now_ns, hist._at, flags)

    def read(self, from_ns: int, to_ns: int, snapshot: Snapshot) -> Period:
        """The snapshot becomes what was recorded in (from_ns, to_ns], as near as the readings
        allow; answers the moments really used. Raises NoData, OutOfRange, InvalidArgument."""
        used = _ffi.new("slo_period")
        lib.slo_history_read(self._at, from_ns, to_ns, snapshot._at, byref(used))
        period: Period = _ffi.result(used)
        return period

    def since(self, hist: Hist, from_ns: int, snapshot: Snapshot) -> int:
        """The same from from_ns up to this very moment; answers the time of the reading used.
        Raises NoData, OutOfRange, InvalidArgument."""
        used = ctypes.c_int64()
        lib.slo_history_since(self._at, hist._at, from_ns, snapshot._at, byref(used))
        return used.value
