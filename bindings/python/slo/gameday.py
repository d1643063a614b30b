"""Rehearse an outage before it happens (slo/gameday.h)."""

from __future__ import annotations

from ctypes import byref
from typing import NamedTuple

from . import _ffi
from ._ffi import lib
from .structs import GamedayConfig, GamedayEvent, GamedayResult


class Played(NamedTuple):
    """Did it pass, or what was the first difference; and what happened until then."""

    result: GamedayResult
    events: list[GamedayEvent]


def run(config: GamedayConfig, capacity: int = 1024) -> Played:
    """Plays it in virtual time; a difference is an answer (result.passed 0), no error. capacity:
    of how many events are kept. Other threads run meanwhile. Raises OutOfRange, MemoryError,
    ClockJumped."""
    c, result = _ffi.config("slo_gameday_config", config), _ffi.new("slo_gameday_result")
    events = _ffi.array("slo_gameday_event", _ffi.checked(capacity, "u32", "capacity"))
    lib.slo_gameday_run(c, None, events, capacity, byref(result))
    n = min(result.events, capacity)
    return Played(_ffi.result(result), [_ffi.result(events[i]) for i in range(n)])
