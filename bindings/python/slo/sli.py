"""The menu of indicators: what makes an event good, bad or excluded (slo/sli.h). Pure functions."""

from __future__ import annotations

import ctypes
from ctypes import byref

from . import _ffi
from ._ffi import lib
from .constants import SLI_TEXT_MAX
from .structs import Code, Event, Sli


def codes(protocol: int) -> list[Code]:
    """The codes of slo.PROTOCOL_*. Raises OutOfRange."""
    place, count = ctypes.c_void_p(), ctypes.c_uint32()
    lib.slo_sli_codes(protocol, byref(place), byref(count))
    if not place.value:
        return []
    found = (_ffi.STRUCTS["slo_code"] * count.value).from_address(place.value)
    return [_ffi.result(code) for code in found]


def check(sli: Sli) -> None:
    """Is it one? Raises OutOfRange, InvalidArgument, and names the field."""
    lib.slo_sli_check(_ffi.config("slo_sli", sli))


def classify(sli: Sli, event: Event) -> int:
    """slo.GOOD, slo.BAD or slo.EXCLUDED. The sli is taken as checked."""
    outcome: int = lib.slo_sli_classify(
        _ffi.config("slo_sli", sli), _ffi.config("slo_event", event)
    )
    return outcome


def kind_name(kind: int) -> str:
    """ "availability", .. of slo.SLI_*."""
    return _ffi.text_of(lib.slo_sli_kind_name(kind))


def format(sli: Sli) -> str:
    """The rule as a sentence. Raises as check."""
    return _ffi.formatted(lib.slo_sli_format, _ffi.config("slo_sli", sli), size=SLI_TEXT_MAX)
