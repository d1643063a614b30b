"""The tiers the world uses (slo/catalog.h). Pure functions."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import byref

from . import _ffi
from ._ffi import lib
from .constants import ALERT_TIERS_MAX
from .structs import AlertTier, CatalogShare


def tiers(catalog: int, period_ns: int) -> list[AlertTier]:
    """The tiers of slo.CATALOG_* for a period, pages first. Raises OutOfRange."""
    made, count = _ffi.array("slo_alert_tier", ALERT_TIERS_MAX), ctypes.c_uint32()
    lib.slo_catalog_tiers(catalog, period_ns, made, ALERT_TIERS_MAX, byref(count))
    return [_ffi.result(made[i]) for i in range(count.value)]


def by_share(shares: Sequence[CatalogShare], period_ns: int) -> list[AlertTier]:
    """Tiers by what share of the period's budget has gone when one fires. Raises OutOfRange."""
    given = _ffi.configs("slo_catalog_share", shares, "shares")
    made = _ffi.array("slo_alert_tier", len(shares))
    lib.slo_catalog_by_share(given, len(shares), period_ns, made)
    return [_ffi.result(tier) for tier in made]
