"""How fast the budget is spent, decided in integers (slo/burn.h). Pure functions.

Burn rates and factors are parts per million: 14.4 is 14400000.
"""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any

from . import _ffi
from ._ffi import lib
from .structs import Counts


def _u64(function: Any, *given: Any) -> int:
    value = ctypes.c_uint64()
    function(*given, byref(value))
    return value.value


def _i64(function: Any, *given: Any) -> int:
    value = ctypes.c_int64()
    function(*given, byref(value))
    return value.value


def eval(counts: Counts, objective_ppb: int) -> int:
    """The burn rate, floored. Raises NoData (nothing valid), OutOfRange."""
    return _u64(lib.slo_burn_eval, _ffi.config("slo_counts", counts), objective_ppb)


def exceeds(counts: Counts, objective_ppb: int, factor_ppm: int, flags: int = 0) -> bool:
    """Is the burn rate strictly greater than the factor (or at least it: slo.BURN_AT_LEAST)?
    Exactly. False when nothing is valid. Raises OutOfRange."""
    given = _ffi.config("slo_counts", counts)
    answer = lib.slo_burn_exceeds(given, objective_ppb, factor_ppm, flags)
    if answer < 0:
        raise _ffi.refusal(answer, None)
    return bool(answer == 1)


def maximum(objective_ppb: int) -> int:
    """The largest burn rate there is, when everything fails. Raises OutOfRange."""
    return _u64(lib.slo_burn_maximum, objective_ppb)


def factor(share_ppm: int, period_ns: int, window_ns: int) -> int:
    """The factor that has spent share_ppm of a period's budget when it has filled the window.
    Raises OutOfRange."""
    return _u64(lib.slo_burn_factor, share_ppm, period_ns, window_ns)


def detection(objective_ppb: int, error_ppb: int, factor_ppm: int, window_ns: int) -> int:
    """How long (ns) a step from no errors to error_ppb takes to lift a window over the factor.
    Raises NoData (it never does), OutOfRange."""
    return _i64(lib.slo_burn_detection, objective_ppb, error_ppb, factor_ppm, window_ns)


def reset(
    objective_ppb: int, error_ppb: int, duration_ns: int, factor_ppm: int, window_ns: int
) -> int:
    """How long (ns) after an outage the window falls to the factor again. Raises OutOfRange."""
    return _i64(
        lib.slo_burn_reset, objective_ppb, error_ppb, duration_ns, factor_ppm, window_ns
    )  # fmt: skip


def exhaustion(remaining_ppm: int, burn_ppm: int, period_ns: int) -> int:
    """How long (ns) until the budget is gone. Raises NoData (never), OutOfRange."""
    return _i64(lib.slo_burn_exhaustion, remaining_ppm, burn_ppm, period_ns)
