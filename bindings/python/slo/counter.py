"""Counting good, bad and excluded events from any thread or process (slo/counter.h)."""

from __future__ import annotations

from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .constants import BAD, EXCLUDED, GOOD
from .structs import CounterConfig, CounterTally, Counts
from .writer import CounterWriter, WriterLock

_record = _ffi.bare("slo_counter_record")


class Counter(_block.Block):
    """The recording end of an indicator. It only grows; whoever wants a window takes the
    difference of two readings. Any number of threads, and of processes sharing the block."""

    __slots__ = ()

    def __init__(self, config: CounterConfig | None = None) -> None:
        """Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_counter_config", config)
        self._at = _block.lay_out(lib.slo_counter_footprint, lib.slo_counter_init, c)

    @staticmethod
    def footprint(config: CounterConfig | None = None) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        c = _ffi.config("slo_counter_config", config)
        return _block.footprint(lib.slo_counter_footprint, c)

    @classmethod
    def init(cls, buffer: Any, config: CounterConfig | None = None) -> Counter:
        """Lays out a counter in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_counter_config", config)
        return cls._over(_block.init(lib.slo_counter_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Counter:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_counter_attach, buffer))

    def good(self) -> None:
        """Counts one good event."""
        _record(self._at, GOOD)

    def bad(self) -> None:
        """Counts one bad event."""
        _record(self._at, BAD)

    def excluded(self) -> None:
        """Counts one event that is not part of the promise."""
        _record(self._at, EXCLUDED)

    def record(self, outcome: int) -> None:
        """Counts one event: slo.GOOD, slo.BAD or slo.EXCLUDED. Any other number is counted apart
        (CounterTally.unknown), never dropped."""
        _record(self._at, outcome if 0 <= outcome <= EXCLUDED else -1)

    def record_many(self, good: int = 0, bad: int = 0, excluded: int = 0) -> None:
        """Counts a batch at the cost of one. Raises OutOfRange (below 0 or above 2^64 - 1)."""
        c = _ffi.config("slo_counts", Counts(good, bad, excluded))
        lib.slo_counter_record_many(self._at, c)

    def record_late(self, n: int = 1) -> None:
        """Notes that n events, recorded by the calls above, came after their slice was closed."""
        lib.slo_counter_record_late(self._at, n)

    def read(self) -> CounterTally:
        """Everything recorded since init. Any thread."""
        c = _ffi.new("slo_counter_tally")
        lib.slo_counter_read(self._at, byref(c))
        tally: CounterTally = _ffi.result(c)
        return tally

    def writer(self, lock: WriterLock | None = None) -> CounterWriter:
        """Opens an owned row (slo.writer). Raises Busy: every row has an owner."""
        return CounterWriter(self, lock)
