"""A service that does not exist, in virtual time (slo/traffic.h)."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .status import NoData
from .structs import Counts, TrafficConfig, TrafficSlot


class Traffic(_block.Block):
    """Draws slots of counts; the same seed gives the same ones everywhere. An iterator. One thread
    at a time."""

    __slots__ = ()

    def __init__(self, config: TrafficConfig) -> None:
        """Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_traffic_config", config)
        self._at = _block.lay_out(lib.slo_traffic_footprint, lib.slo_traffic_init, c)

    @staticmethod
    def footprint(config: TrafficConfig) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        c = _ffi.config("slo_traffic_config", config)
        return _block.footprint(lib.slo_traffic_footprint, c)

    @classmethod
    def init(cls, buffer: Any, config: TrafficConfig) -> Traffic:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_traffic_config", config)
        return cls._over(_block.init(lib.slo_traffic_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Traffic:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_traffic_attach, buffer))

    def next(self) -> TrafficSlot:
        """Draws the next slot. Raises NoData: virtual time has ended."""
        c = _ffi.new("slo_traffic_slot")
        lib.slo_traffic_next(self._at, byref(c))
        slot: TrafficSlot = _ffi.result(c)
        return slot

    def __iter__(self) -> Iterator[TrafficSlot]:
        return self

    def __next__(self) -> TrafficSlot:
        try:
            return self.next()
        except NoData:
            raise StopIteration from None

    def replica(self, replica: int) -> Counts:
        """What one replica had of the slot drawn last. Raises OutOfRange, NoData (none drawn)."""
        c = _ffi.new("slo_counts")
        lib.slo_traffic_replica(self._at, replica, byref(c))
        counts: Counts = _ffi.result(c)
        return counts
