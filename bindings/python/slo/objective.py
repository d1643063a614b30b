"""Targets as integers: 99.9 % is 999000000 parts per billion (slo/objective.h). Pure functions."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import NamedTuple

from . import _ffi
from ._ffi import lib
from .constants import OBJECTIVE_TEXT_MAX


class QuantileObjective(NamedTuple):
    """A promise about a quantile, as what it is: so many events within so long."""

    objective_ppb: int
    threshold_ns: int


def parse(text: str) -> int:
    """Reads a percentage, "99.9" or "99.95%", exactly. Raises ParseError, OutOfRange."""
    value = ctypes.c_uint64()
    lib.slo_objective_parse(_ffi.encoded(text, "text"), byref(value))
    return value.value


def parse_quantile(text: str) -> QuantileObjective:
    """Reads "p99 <= 300ms". Raises ParseError, OutOfRange."""
    ppb, threshold = ctypes.c_uint64(), ctypes.c_int64()
    lib.slo_objective_parse_quantile(_ffi.encoded(text, "text"), byref(ppb), byref(threshold))
    return QuantileObjective(ppb.value, threshold.value)


def format(objective_ppb: int) -> str:
    """The shortest percentage without the sign, "99.95". Raises OutOfRange."""
    return _ffi.formatted(lib.slo_objective_format, objective_ppb, size=OBJECTIVE_TEXT_MAX)
