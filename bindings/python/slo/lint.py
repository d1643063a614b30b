"""What is wrong with a definition before anybody is woken by it (slo/lint.h). Pure functions.

They answer findings, none when there is nothing to say.
"""

from __future__ import annotations

from . import _ffi
from ._ffi import lib
from .constants import FINDING_TEXT_MAX
from .structs import AlertConfig, BudgetConfig, DefinitionConfig, Finding, Written
from .window import Window


def name(code: int) -> str:
    """ "dead tier" of slo.LINT_*."""
    return _ffi.text_of(lib.slo_lint_name(code))


def reason(code: int) -> str:
    """Why it hurts."""
    return _ffi.text_of(lib.slo_lint_reason(code))


def level(code: int) -> int:
    """slo.LINT_ERROR, slo.LINT_WARNING, slo.LINT_NOTE; 0 for a code that is none."""
    found: int = lib.slo_lint_level(code)
    return found


def format(finding: Finding) -> str:
    """One line for people."""
    c = _ffi.config("slo_finding", finding)
    return _ffi.formatted(lib.slo_finding_format, c, size=FINDING_TEXT_MAX)


def alert(config: AlertConfig, requests_per_hour: int = 0, field: str = "") -> list[Finding]:
    """The tiers of an alert. requests_per_hour 0: not known. Raises OutOfRange."""
    c, name = _ffi.config("slo_alert_config", config), _ffi.encoded(field, "field")
    return _ffi.collected(
        "slo_finding", "u32", lambda *room: lib.slo_lint_alert(c, requests_per_hour, name, *room)
    )


def definition(config: DefinitionConfig, now_ns: int = 0) -> list[Finding]:
    """All of a definition. now_ns: for overdue reviews; 0: not looked for."""
    c = _ffi.config("slo_definition_config", config)
    return _ffi.collected(
        "slo_finding", "u32", lambda *room: lib.slo_lint_definition(c, now_ns, *room)
    )


def methods(window: Window, budget: BudgetConfig, field: str = "") -> list[Finding]:
    """Do the methods of counting agree on this window? Raises as budget.read."""
    c, name, at = _ffi.config("slo_budget_config", budget), _ffi.encoded(field, "field"), window._at
    return _ffi.collected(
        "slo_finding", "u32", lambda *room: lib.slo_lint_methods(at, c, name, *room)
    )


def written(written: Written) -> list[Finding]:
    """What a file of another tool says, as it is written there. Raises ParseError."""
    c = _ffi.config("slo_written", written)
    return _ffi.collected("slo_finding", "u32", lambda *room: lib.slo_lint_written(c, *room))
