"""Is it real, or is it chance? (slo/evidence.h)"""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .structs import Counts, EvidenceConfig


class Evidence(_block.Block):
    """A number that a service which meets its promise keeps small. One owner at a time steps it;
    any number of threads may read."""

    __slots__ = ()

    def __init__(self, config: EvidenceConfig) -> None:
        """Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_evidence_config", config)
        self._at = _block.lay_out(lib.slo_evidence_footprint, lib.slo_evidence_init, c)

    @staticmethod
    def footprint(config: EvidenceConfig) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        c = _ffi.config("slo_evidence_config", config)
        return _block.footprint(lib.slo_evidence_footprint, c)

    @classmethod
    def init(cls, buffer: Any, config: EvidenceConfig) -> Evidence:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_evidence_config", config)
        return cls._over(_block.init(lib.slo_evidence_init, buffer, c))

    @classmethod
    def attach(cls, buffer: Any) -> Evidence:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_evidence_attach, buffer))

    def step(self, dt_ns: int, slot: Counts) -> None:
        """Takes what was counted in a slot of dt_ns, of all replicas together. Owner only.
        Raises OutOfRange."""
        lib.slo_evidence_step(self._at, dt_ns, _ffi.config("slo_counts", slot))

    def restart(self) -> None:
        """Forgets everything. Owner only."""
        lib.slo_evidence_restart(self._at)

    def read(self) -> int:
        """Parts per billion: 10^9 and more is evidence enough. Any thread."""
        level = ctypes.c_uint64()
        lib.slo_evidence_read(self._at, byref(level))
        return level.value


def detection(
    config: EvidenceConfig, requests_per_hour: int, error_ppb: int, slot_ns: int
) -> int:  # fmt: skip
    """How long (ns) it takes until a failure of error_ppb is told from chance: about, for planning.
    Raises NoData (never), OutOfRange."""
    value = ctypes.c_int64()
    c = _ffi.config("slo_evidence_config", config)
    lib.slo_evidence_detection(c, requests_per_hour, error_ppb, slot_ns, byref(value))
    return value.value
