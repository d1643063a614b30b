"""How much unreliability is left, and how that number came about (slo/budget.h)."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any, NamedTuple

from . import _ffi
from ._ffi import lib
from .status import NoData
from .structs import Budget, BudgetConfig, BudgetPoint, Counts, Delta, Forecast
from .window import Window


class Cost(NamedTuple):
    """What an incident cost, ppm of the period's budget, and the delta it was read from."""

    cost_ppm: int
    incident: Delta


def method_name(method: int) -> str:
    """ "occurrences", "timeslices", .. of slo.METHOD_*."""
    return _ffi.text_of(lib.slo_method_name(method))


def check(config: BudgetConfig) -> None:
    """Is it one? Raises OutOfRange, InvalidArgument, and names the field."""
    lib.slo_budget_check(_ffi.config("slo_budget_config", config))


def filled(function: Any, *given: Any) -> Budget:
    c = _ffi.new("slo_budget")
    try:
        function(*given, byref(c))
    except NoData as error:
        if c.objective_ppb:  # filled: the coverage says why
            error.result = _ffi.result(c)
        raise
    budget: Budget = _ffi.result(c)
    return budget


def eval(counts: Counts, objective_ppb: int) -> Budget:
    """Of counts alone, by occurrences. Raises NoData (nothing valid; .result is filled),
    OutOfRange."""
    return filled(lib.slo_budget_eval, _ffi.config("slo_counts", counts), objective_ppb)


def read(window: Window, config: BudgetConfig) -> Budget:
    """Of a window. Raises NoData (no reading yet; or nothing valid in the period: .result is
    filled and its coverage says why), OutOfRange, InvalidArgument (a method without slices)."""
    return filled(lib.slo_budget_read, window._at, _ffi.config("slo_budget_config", config))


def cost(window: Window, config: BudgetConfig, from_ns: int, to_ns: int) -> Cost:
    """What an incident in (from_ns, to_ns] cost. Raises as read."""
    ppm, incident = ctypes.c_uint64(), _ffi.new("slo_delta")
    c = _ffi.config("slo_budget_config", config)
    lib.slo_budget_cost(window._at, c, from_ns, to_ns, byref(ppm), byref(incident))
    return Cost(ppm.value, _ffi.result(incident))


def burndown(window: Window, config: BudgetConfig, n: int) -> list[BudgetPoint]:
    """n >= 1 points evenly spread over the period, the last one now. Raises as read."""
    points = _ffi.array("slo_budget_point", _ffi.checked(n, "u32", "n"))
    lib.slo_budget_burndown(window._at, _ffi.config("slo_budget_config", config), n, points)
    return [_ffi.result(point) for point in points]


def forecast(window: Window, config: BudgetConfig, lookback_ns: int, horizon_ns: int) -> Forecast:
    """Where the budget goes at the burn of the last lookback_ns (> 0), horizon_ns (>= 0) ahead.
    Raises as read; NoData also when nothing was valid in the last lookback_ns."""
    c = _ffi.new("slo_forecast")
    given = _ffi.config("slo_budget_config", config)
    lib.slo_budget_forecast(window._at, given, lookback_ns, horizon_ns, byref(c))
    forecast: Forecast = _ffi.result(c)
    return forecast


def explain(window: Window, config: BudgetConfig) -> str:
    """How the number of read came about, in some ten lines that can be checked by hand; when
    nothing is known, why. Raises OutOfRange, InvalidArgument, NoData (no reading yet)."""
    c, length, size = _ffi.config("slo_budget_config", config), ctypes.c_size_t(), 2048
    while True:
        buffer = ctypes.create_string_buffer(size)
        try:
            lib.slo_budget_explain(window._at, c, buffer, size, byref(length))
        except NoData:
            if not buffer.value:
                raise
        if length.value < size:
            return buffer.value.decode()
        size = length.value + 256
