"""A critical user journey, and one user on it (slo/journey.h, slo/attempt.h)."""

from __future__ import annotations

from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .structs import Blame, CounterTally, JourneyConfig

_begin = _ffi.raw("slo_attempt_begin")
_step = _ffi.raw("slo_attempt_step")
_exclude = _ffi.raw("slo_attempt_exclude")
_end = _ffi.raw("slo_attempt_end")
_Struct = _ffi.STRUCTS["slo_attempt"]


def check(config: JourneyConfig) -> None:
    """Is it one, and so are its indicators and objectives? Raises OutOfRange, InvalidArgument, and
    names the field, "slis[2].sli.threshold_ns"."""
    lib.slo_journey_check(_ffi.config("slo_journey_config", config))


class Journey(_block.Block):
    """Counts attempts: part 0 the attempts, part 1 + i step i, the last one the limit. Any number
    of threads and processes."""

    __slots__ = ()

    def __init__(self, config: JourneyConfig) -> None:
        """Only steps, limit_ns and shards are needed. Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_journey_config", config)
        self._at = _block.lay_out(lib.slo_journey_footprint, lib.slo_journey_init, c)

    @staticmethod
    def footprint(config: JourneyConfig) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        c = _ffi.config("slo_journey_config", config)
        return _block.footprint(lib.slo_journey_footprint, c)

    @classmethod
    def init(cls, buffer: Any, config: JourneyConfig) -> Journey:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_journey_config", config)
        return cls._over(_block.init(lib.slo_journey_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Journey:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_journey_attach, buffer))

    @property
    def part_count(self) -> int:
        """Steps + 2."""
        n: int = lib.slo_journey_part_count(self._at)
        return n

    def read(self, part: int = 0) -> CounterTally:
        """What was counted in a part so far. Raises OutOfRange."""
        c = _ffi.new("slo_counter_tally")
        lib.slo_journey_read(self._at, part, byref(c))
        tally: CounterTally = _ffi.result(c)
        return tally

    def blame(self) -> list[Blame]:
        """Who spent it so far: one for each part but the attempts. For a period: Monitor.blame."""
        n = self.part_count - 1
        blames = _ffi.array("slo_blame", n)
        lib.slo_journey_blame(self._at, blames, n)
        return [_ffi.result(blame) for blame in blames]

    def attempt(self, now_ns: int) -> Attempt:
        """One user begins. Raises OutOfRange (now_ns is no int64)."""
        return Attempt(self, now_ns)


class Attempt:
    """One user on one journey. One thread at a time; nothing is recorded before end."""

    __slots__ = ("_journey", "_c", "_ref")

    def __init__(self, journey: Journey, now_ns: int) -> None:
        """See Journey.attempt."""
        self._journey = journey
        self._c = _Struct()
        self._ref = byref(self._c)
        _begin(self._ref, journey._at, _ffi.checked(now_ns, "i64", "now_ns"))

    def step(self, step: int, outcome: int) -> None:
        """Notes how step number `step` went (slo.GOOD, slo.BAD, slo.EXCLUDED); told again, the
        last word counts. A step or outcome that is none is counted as unknown."""
        self._journey._at  # noqa: B018  raises when it is closed
        _step(
            self._ref,
            step if 0 <= step < 2**32 else 2**32 - 1,
            outcome if 0 <= outcome <= 2 else -1,
        )

    def good(self, step: int) -> None:
        """A step succeeded."""
        self.step(step, 0)

    def bad(self, step: int) -> None:
        """A step failed."""
        self.step(step, 1)

    def exclude(self) -> None:
        """It is no user's: a health check, a load test."""
        self._journey._at  # noqa: B018
        _exclude(self._ref)

    def end(self, now_ns: int) -> int:
        """Ends it, records it, and says how it went: slo.GOOD, slo.BAD or slo.EXCLUDED. Ending
        again does nothing and answers slo.EXCLUDED. Raises OutOfRange."""
        self._journey._at  # noqa: B018
        outcome: int = _end(self._ref, _ffi.checked(now_ns, "i64", "now_ns"))
        return outcome
