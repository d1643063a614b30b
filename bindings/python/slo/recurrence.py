"""Maintenance that comes again every day or week (slo/recurrence.h). Pure functions."""

from __future__ import annotations

from ctypes import byref

from . import _ffi
from ._ffi import lib
from .structs import Period, Recurrence


def parse(text: str) -> Recurrence:
    """Reads "FREQ=WEEKLY;BYDAY=SA,SU;COUNT=10" (RFC 5545). Raises ParseError, OutOfRange."""
    c = _ffi.new("slo_recurrence")
    lib.slo_recurrence_parse(_ffi.encoded(text, "text"), byref(c))
    recurrence: Recurrence = _ffi.result(c)
    return recurrence


def expand(
    recurrence: Recurrence, first_ns: int, duration_ns: int, from_ns: int, to_ns: int
) -> list[Period]:
    """The intervals that overlap (from_ns, to_ns], ascending. Raises OutOfRange."""
    c = _ffi.config("slo_recurrence", recurrence)

    def call(periods: object, capacity: int, count: object) -> None:
        lib.slo_recurrence_expand(
            c, first_ns, duration_ns, from_ns, to_ns, periods, capacity, count
        )  # fmt: skip

    return _ffi.collected("slo_period", "size", call)
