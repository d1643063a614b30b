"""What goes wrong, when, and for whom (slo/fault.h). Pure functions."""

from __future__ import annotations

import ctypes
from ctypes import byref

from . import _ffi
from ._ffi import lib
from .structs import Fault, Period


def check(fault: Fault) -> None:
    """Is it one? Raises OutOfRange, and names the field."""
    lib.slo_fault_check(_ffi.config("slo_fault", fault))


def parse(text: str, period: Period) -> Fault:
    """Reads "latency(300ms,50ms) 10% ramp", for a period. Raises ParseError, OutOfRange."""
    c = _ffi.new("slo_fault")
    _ffi.fill(c.period, "slo_period", period, [])
    lib.slo_fault_parse(_ffi.encoded(text, "text"), byref(c))
    fault: Fault = _ffi.result(c)
    return fault


def toxicity(fault: Fault, at_ns: int) -> int:
    """The share of requests touched at a moment, ppm."""
    ppm: int = lib.slo_fault_toxicity(_ffi.config("slo_fault", fault), at_ns)
    return ppm


def effect(fault: Fault, latency_ns: int, bytes: int, limit_ns: int = 0) -> int:
    """With what probability (ppm) a request that it touches ends badly. Raises OutOfRange."""
    ppm = ctypes.c_uint32()
    c = _ffi.config("slo_fault", fault)
    lib.slo_fault_effect(c, latency_ns, bytes, limit_ns, byref(ppm))
    return ppm.value
