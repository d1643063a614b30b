"""Moments and durations (slo/time.h), and Python's own.

A moment is an int of nanoseconds since the Unix epoch in UTC, 0..slo.TIME_MAX_NS, as time.time_ns()
gives it; a duration is an int of nanoseconds. datetime and timedelta know microseconds only, so
they are made from and into these, and never calculated with. Pure functions.
"""

from __future__ import annotations

import ctypes
from ctypes import byref
from datetime import datetime, timedelta, timezone

from . import _ffi
from ._ffi import lib
from .constants import TIME_TEXT_MAX

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


def civil(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    nanosecond: int = 0,
) -> int:
    """The moment of a UTC date and time of day. Raises OutOfRange."""
    value = ctypes.c_int64()
    lib.slo_time_civil(year, month, day, hour, minute, second, nanosecond, byref(value))
    return value.value


def parse(text: str) -> int:
    """Reads RFC 3339, or an integer with its unit: "1431894420s". Raises ParseError, OutOfRange."""
    value = ctypes.c_int64()
    lib.slo_time_parse(_ffi.encoded(text, "text"), byref(value))
    return value.value


def format(time_ns: int) -> str:
    """RFC 3339 in UTC, with as many decimals as needed. Raises OutOfRange."""
    return _ffi.formatted(lib.slo_time_format, time_ns, size=TIME_TEXT_MAX)


def parse_span(text: str) -> int:
    """Reads a duration, "30d", "1h30m", "250ms", as ns. Raises ParseError, OutOfRange."""
    value = ctypes.c_int64()
    lib.slo_span_parse(_ffi.encoded(text, "text"), byref(value))
    return value.value


def format_span(span_ns: int) -> str:
    """A duration as parse_span reads it. Raises OutOfRange (no int64)."""
    return _ffi.formatted(lib.slo_span_format, span_ns, size=TIME_TEXT_MAX)


def to_datetime(time_ns: int) -> datetime:
    """A moment as an aware datetime in UTC; what is below a microsecond is cut off."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def from_datetime(moment: datetime) -> int:
    """The moment of an aware datetime, exactly. Raises ValueError: it has no time zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a datetime without a time zone is no moment")
    return (moment - _EPOCH) // _MICROSECOND * 1000


def to_timedelta(span_ns: int) -> timedelta:
    """A duration; what is below a microsecond is cut off (towards the past)."""
    return timedelta(microseconds=span_ns // 1000)


def from_timedelta(span: timedelta) -> int:
    """The nanoseconds of a duration, exactly."""
    return span // _MICROSECOND * 1000
