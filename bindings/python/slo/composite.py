"""One SLO out of several, as others define it (slo/composite.h). Pure functions."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import byref

from . import _ffi
from ._ffi import lib
from .structs import Composite, CompositePart


def eval(method: int, objective_ppb: int, parts: Sequence[CompositePart]) -> Composite:
    """OpenSLO's composite, by slo.METHOD_*. All parts have equally many slices. Raises NoData,
    OutOfRange, ValueError (they have not)."""
    lengths = {len(part.slices) for part in parts}
    if len(lengths) > 1:
        raise ValueError(f"parts have different numbers of slices: {sorted(lengths)}")
    given, c = _ffi.configs("slo_composite_part", parts, "parts"), _ffi.new("slo_composite")
    slices = max(lengths, default=0)
    lib.slo_composite_eval(method, objective_ppb, given, len(parts), slices, byref(c))
    composite: Composite = _ffi.result(c)
    return composite


def mean(parts: Sequence[CompositePart]) -> int:
    """Elastic's: the weighted mean of the parts, ppb. Raises NoData, OutOfRange."""
    given, value = _ffi.configs("slo_composite_part", parts, "parts"), ctypes.c_uint64()
    lib.slo_composite_mean(given, len(parts), byref(value))
    return value.value
