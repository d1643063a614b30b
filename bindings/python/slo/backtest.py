"""What would these alerts have made of that? (slo/backtest.h)"""

from __future__ import annotations

from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .structs import BacktestConfig, BacktestResult, Counts


class Backtest(_block.Block):
    """Several alert policies over one trace, in virtual time. One thread at a time."""

    __slots__ = ()

    def __init__(self, config: BacktestConfig) -> None:
        """Raises OutOfRange, MemoryError."""
        c = _ffi.config("slo_backtest_config", config)
        self._at = _block.lay_out(lib.slo_backtest_footprint, lib.slo_backtest_init, c)

    @staticmethod
    def footprint(config: BacktestConfig) -> int:
        """The bytes that init needs. Raises OutOfRange."""
        c = _ffi.config("slo_backtest_config", config)
        return _block.footprint(lib.slo_backtest_footprint, c)

    @classmethod
    def init(cls, buffer: Any, config: BacktestConfig) -> Backtest:
        """Lays one out in a buffer. Raises OutOfRange, NoSpace, InvalidArgument."""
        c = _ffi.config("slo_backtest_config", config)
        return cls._over(_block.init(lib.slo_backtest_init, buffer, c))

    def step(self, end_ns: int, slot: Counts) -> None:
        """What was counted in the slot that ends at end_ns; the first one begins the history.
        Raises OutOfRange, ClockJumped: nothing was taken."""
        lib.slo_backtest_step(self._at, end_ns, _ffi.config("slo_counts", slot))

    def restart(self) -> None:
        """A restart at the end of the newest slot: windows and alerts begin with nothing."""
        lib.slo_backtest_restart(self._at)

    def read(self, policy: int) -> BacktestResult:
        """What policy number `policy` did. Raises NoData (nothing was judged yet), OutOfRange."""
        c = _ffi.new("slo_backtest_result")
        lib.slo_backtest_read(self._at, policy, byref(c))
        result: BacktestResult = _ffi.result(c)
        return result
