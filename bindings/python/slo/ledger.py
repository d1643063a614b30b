"""What was taken out of the count, and why (slo/ledger.h)."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any, NamedTuple

from . import _block, _ffi
from ._ffi import lib
from .structs import Correction, CorrectionEffect, Delta
from .window import Window


class Entry(NamedTuple):
    """A correction, and whether it was taken back."""

    correction: Correction
    is_void: bool


class Corrected(NamedTuple):
    """A delta with its corrections, and how many of them touched it."""

    delta: Delta
    corrections: int


class Ledger(_block.Block):
    """Corrections, which are never changed. One owner at a time appends; any number of threads
    and processes may read meanwhile."""

    __slots__ = ()

    def __init__(self, entries: int) -> None:
        """entries: room, 1..slo.LEDGER_ENTRIES_MAX. Raises OutOfRange, MemoryError."""
        self._at = _block.lay_out(lib.slo_ledger_footprint, lib.slo_ledger_init, entries)

    @staticmethod
    def footprint(entries: int) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        return _block.footprint(lib.slo_ledger_footprint, entries)

    @classmethod
    def init(cls, buffer: Any, entries: int) -> Ledger:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        return cls._over(_block.init(lib.slo_ledger_init, buffer, entries))

    @classmethod
    def attach(cls, buffer: Any) -> Ledger:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_ledger_attach, buffer))

    def append(self, correction: Correction) -> int:
        """Writes a correction down; answers its number. Owner only. Raises NoSpace (full),
        OutOfRange, InvalidArgument (voids what cannot be)."""
        sequence = ctypes.c_uint32()
        c = _ffi.config("slo_correction", correction)
        lib.slo_ledger_append(self._at, c, byref(sequence))
        return sequence.value

    def __len__(self) -> int:
        n: int = lib.slo_ledger_count(self._at)
        return n

    def read(self, sequence: int) -> Entry:
        """Correction number `sequence`. Raises OutOfRange: there is none."""
        c, is_void = _ffi.new("slo_correction"), ctypes.c_uint32()
        lib.slo_ledger_read(self._at, sequence, byref(c), byref(is_void))
        return Entry(_ffi.result(c), is_void.value == 1)

    def edge(self, sli: int, after_ns: int) -> int:
        """The first moment after after_ns at which a correction of the SLI begins or ends.
        Raises NoData: there is none."""
        edge = ctypes.c_int64()
        lib.slo_ledger_edge(self._at, sli, after_ns, byref(edge))
        return edge.value

    def correct(self, sli: int, window: Window, delta: Delta) -> Corrected:
        """A delta of this window, corrected. Raises NoData (never pushed to)."""
        c, count = _ffi.new("slo_delta"), ctypes.c_uint32()
        _ffi.fill(c, "slo_delta", delta, [])
        lib.slo_ledger_correct(self._at, sli, window._at, byref(c), byref(count))
        return Corrected(_ffi.result(c), count.value)

    def effect(self, sequence: int, sli: int, window: Window, delta: Delta) -> CorrectionEffect:
        """What one correction does to a delta of this window. Raises NoData: nothing;
        OutOfRange: there is no such correction."""
        c = _ffi.new("slo_correction_effect")
        given = _ffi.config("slo_delta", delta)
        lib.slo_ledger_effect(self._at, sequence, sli, window._at, given, byref(c))
        effect: CorrectionEffect = _ffi.result(c)
        return effect
