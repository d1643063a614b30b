"""Should somebody be woken? (slo/alert.h, slo/tier.h)"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .constants import ALERT_TIER_TEXT_MAX
from .ledger import Ledger
from .status import Lost, NoData
from .structs import AlertConfig, AlertStatus, AlertTier, Transition
from .window import Window


def tier_format(tier: AlertTier) -> str:
    """ "1h/5m": the name of a tier."""
    c = _ffi.config("slo_alert_tier", tier)
    return _ffi.formatted(lib.slo_alert_tier_format, c, size=ALERT_TIER_TEXT_MAX)


def detection(config: AlertConfig, severity: int, requests_per_hour: int, error_ppb: int) -> int:
    """How long (ns) after a healthy service begins to fail with error_ppb this severity fires:
    about, for planning. Raises NoData (never), OutOfRange."""
    value = ctypes.c_int64()
    c = _ffi.config("slo_alert_config", config)
    lib.slo_alert_detection(c, severity, requests_per_hour, error_ppb, byref(value))
    return value.value


class Alert(_block.Block):
    """The alert state of one objective. One owner at a time steps it; any number of threads and
    processes may read meanwhile."""

    __slots__ = ()

    def __init__(self, config: AlertConfig) -> None:
        """Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_alert_config", config)
        self._at = _block.lay_out(lib.slo_alert_footprint, lib.slo_alert_init, c)

    @staticmethod
    def footprint(config: AlertConfig) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        return _block.footprint(lib.slo_alert_footprint, _ffi.config("slo_alert_config", config))

    @classmethod
    def init(cls, buffer: Any, config: AlertConfig) -> Alert:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_alert_config", config)
        return cls._over(_block.init(lib.slo_alert_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Alert:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_alert_attach, buffer))

    def step(self, window: Window, ledger: Ledger | None = None, sli: int = 0) -> None:
        """Judges the windows that end at the newest reading and moves the state on. Owner only.
        Raises NoData: no reading yet."""
        lib.slo_alert_step(self._at, window._at, None if ledger is None else ledger._at, sli)

    def acknowledge(self, severity: int, now_ns: int) -> None:
        """Notes that somebody has seen to it. Owner only. Raises NoData (it does not fire),
        OutOfRange."""
        lib.slo_alert_acknowledge(self._at, severity, now_ns)

    def read(self, severity: int) -> AlertStatus:
        """The state of slo.SEVERITY_*. Any thread. Raises OutOfRange."""
        c = _ffi.new("slo_alert_status")
        lib.slo_alert_read(self._at, severity, byref(c))
        status: AlertStatus = _ffi.result(c)
        return status

    def transition(self, cursor: int) -> Transition:
        """Transition number `cursor`, 0, 1, 2, .. Any thread. Raises NoData (none yet), Lost (it
        was overwritten: error.value is the number of the oldest that is still there)."""
        at, c = ctypes.c_uint64(_ffi.checked(cursor, "u64", "cursor")), _ffi.new("slo_transition")
        try:
            lib.slo_alert_next(self._at, byref(at), byref(c))
        except Lost as error:
            error.value = at.value
            raise
        transition: Transition = _ffi.result(c)
        return transition

    def transitions(self, cursor: int = 0) -> Iterator[Transition]:
        """All that are there from number `cursor` on; begin the next time at the last one's
        sequence + 1. Those that were overwritten are left out: their numbers are missing."""
        while True:
            try:
                one = self.transition(cursor)
            except Lost as error:
                cursor = error.value or 0
                continue
            except NoData:
                return
            yield one
            cursor = one.sequence + 1
