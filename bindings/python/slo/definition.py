"""The journeys of a service as one block of bytes that everybody reads (slo/definition.h)."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .structs import DefinitionConfig


class Definition(_block.Handle):
    """What people agreed on, encoded. bytes(definition) may be written to a file, sent, and opened
    by any language on any machine. It never changes; any thread."""

    __slots__ = ()

    def __init__(self, config: DefinitionConfig) -> None:
        """Raises OutOfRange, InvalidArgument, and names the field,
        "journeys[0].slos[1].period_ns"; MemoryError."""
        c = _ffi.config("slo_definition_config", config)
        self._at = _block.lay_out(lib.slo_definition_footprint, lib.slo_definition_init, c)

    @classmethod
    def attach(cls, data: Any) -> Definition:
        """From its bytes, which are validated and copied. Raises IncompatibleVersion, Corrupt,
        NoSpace (cut off), OutOfRange, InvalidArgument."""
        data = bytes(data)
        at = _ffi.allocate(len(data))
        ctypes.memmove(at, data, len(data))
        place = ctypes.c_void_p()
        lib.slo_definition_attach(at, len(data), byref(place))
        made = object.__new__(cls)
        made._at = at
        return made

    def __bytes__(self) -> bytes:
        return ctypes.string_at(self._at, len(self))

    def __len__(self) -> int:
        size: int = lib.slo_definition_size(self._at)
        return size

    def find_journey(self, name: str) -> int:
        """The index of a journey. Raises NoData: there is none of that name."""
        index = ctypes.c_uint32()
        at = self._at
        lib.slo_definition_find_journey(at, _ffi.encoded(name, "name"), byref(index))
        return index.value

    def find_step(self, journey: int, name: str) -> int:
        """The index of a step of a journey, for attempts. Raises NoData: there is none of that
        name; OutOfRange: no such journey."""
        index = ctypes.c_uint32()
        at = self._at
        lib.slo_definition_find_step(at, journey, _ffi.encoded(name, "name"), byref(index))
        return index.value

    @property
    def fingerprint(self) -> int:
        """64 bits that two different definitions hardly share."""
        value: int = lib.slo_definition_fingerprint(self._at)
        return value

    def expand(self) -> DefinitionConfig:
        """What it was made from."""
        at = self._at
        size = _block.footprint(lib.slo_definition_expand_footprint, at)
        memory, place = _ffi.allocate(size), ctypes.c_void_p()
        lib.slo_definition_expand(at, memory, size, byref(place))
        c = _ffi.STRUCTS["slo_definition_config"].from_address(place.value or 0)
        config: DefinitionConfig = _ffi.result(c)
        return config
