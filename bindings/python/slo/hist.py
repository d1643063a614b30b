"""A histogram of latencies, or of other integers (slo/hist.h)."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any, NamedTuple

from . import _block, _ffi
from ._ffi import lib
from .structs import HistConfig
from .writer import HistWriter, WriterLock

_record = _ffi.bare("slo_hist_record")
_record_wide = lib.slo_hist_record
_record_many = _ffi.raw("slo_hist_record_many")


class Threshold(NamedTuple):
    """How many values were at most, and how many above, a threshold; exactly."""

    threshold: int
    within: int
    beyond: int


def read_threshold(function: Any, at: Any, index: int) -> Threshold:
    threshold, within, beyond = ctypes.c_int64(), ctypes.c_uint64(), ctypes.c_uint64()
    function(at, index, byref(threshold), byref(within), byref(beyond))
    return Threshold(threshold.value, within.value, beyond.value)


class Hist(_block.Block):
    """A histogram of int64, nanoseconds as a rule. Nothing is dropped: what is out of range has
    cells of its own. It only grows, and is read through slo.Snapshot. Any number of threads, and
    of processes sharing the block."""

    __slots__ = ()

    def __init__(self, config: HistConfig | None = None) -> None:
        """None: 1 us .. 1 h in nanoseconds, at most 1.09 % off. Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_hist_config", config)
        self._at = _block.lay_out(lib.slo_hist_footprint, lib.slo_hist_init, c)

    @staticmethod
    def footprint(config: HistConfig | None = None) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        return _block.footprint(lib.slo_hist_footprint, _ffi.config("slo_hist_config", config))

    @classmethod
    def init(cls, buffer: Any, config: HistConfig | None = None) -> Hist:
        """Lays out a histogram in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_hist_config", config)
        return cls._over(_block.init(lib.slo_hist_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Hist:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_hist_attach, buffer))

    def record(self, value: int) -> None:
        """Records one value, any int64, in nanoseconds unless per_unit says otherwise. Raises
        OutOfRange: it is larger. Up to about 1 s it takes a short way."""
        if 0 <= value < 0x3FFFFFFF:
            _record(self._at, value)
        else:
            _record_wide(self._at, value)

    def record_times(self, value: int, n: int) -> None:
        """Records the same value n times at the cost of once. Raises OutOfRange."""
        lib.slo_hist_record_times(self._at, value, n)

    def record_many(self, values: Any) -> None:
        """Records all integers of a buffer: array('q'), numpy's int64, or bytes of such. Nothing
        is copied, and other threads run meanwhile. Raises TypeError for another format."""
        with _ffi.Batch(values, "values") as (at, n):
            _record_many(self._at, at, n)

    def path(self) -> int:
        """slo.PATH_CPU when recording without a handle is per CPU in this block, else
        slo.PATH_SHARED."""
        path: int = lib.slo_hist_path(self._at)
        return path

    def threshold(self, index: int = 0) -> Threshold:
        """What was within and beyond the index-th threshold so far. Raises OutOfRange: there is
        no such one."""
        return read_threshold(lib.slo_hist_threshold, self._at, index)

    def writer(self, lock: WriterLock | None = None) -> HistWriter:
        """Opens an owned row (slo.writer). Raises Busy: every row has an owner."""
        return HistWriter(self, lock)
