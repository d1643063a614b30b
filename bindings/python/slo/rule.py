"""A rule of one's own that makes an event bad, as text (slo/rule.h). Pure functions."""

from __future__ import annotations

from ctypes import byref

from . import _ffi
from ._ffi import lib
from .structs import Event, Rule


def parse(text: str) -> Rule:
    """Reads "status>=500 || latency>300ms". Raises ParseError, OutOfRange (too many terms)."""
    c = _ffi.new("slo_rule")
    lib.slo_rule_parse(_ffi.encoded(text, "text"), byref(c))
    rule: Rule = _ffi.result(c)
    return rule


def classify(rule: Rule, event: Event) -> int:
    """slo.GOOD, slo.BAD or slo.EXCLUDED."""
    outcome: int = lib.slo_rule_classify(
        _ffi.config("slo_rule", rule), _ffi.config("slo_event", event)
    )
    return outcome
