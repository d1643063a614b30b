"""All SLIs and SLOs of a service in one block (slo/monitor.h)."""

from __future__ import annotations

import ctypes
import dataclasses
from collections.abc import Sequence
from ctypes import byref
from typing import Any, TypeVar, Union

from . import _block, _ffi
from ._ffi import lib
from .alert import Alert
from .constants import JOURNEY_STEPS_MAX
from .counter import Counter
from .definition import Definition
from .hist import Hist
from .history import History
from .journey import Attempt, Journey
from .ledger import Ledger
from .status import NoData
from .structs import (
    Blame,
    BudgetConfig,
    Correction,
    Event,
    MonitorConfig,
    MonitorSli,
    MonitorSlo,
    Standing,
    WindowConfig,
)
from .window import Window

Which = Union[str, int]
"""An SLI or SLO: its name, or its index."""

Part = TypeVar("Part", bound=_block.Block)


class Monitor(_block.Block):
    """Counters, histograms, windows and alerts laid out together: any thread or process records
    into its parts, one owner ticks it with the time, any thread asks where an objective stands.

        with slo.Monitor(
            slis=[slo.MonitorSli(name="checkout")],
            slos=[slo.MonitorSlo(name="checkout", objective_ppb=999_000_000,
                                 period_ns=28 * slo.DAY_NS)],
        ) as m:
            m.tick(time.time_ns())  # begins the history: what came before is in no budget
            m.counter("checkout").good()
            m.tick(time.time_ns())
            print(m.read("checkout").budget.remaining_ppm)

    slis and slos, or a definition, which says both. Parts that were handed out are closed with
    it. To know names is to search them: keep the parts you record into.
    """

    __slots__ = ("_parts",)
    _parts: dict[tuple[str, Which], Any]

    def __init__(
        self,
        slis: Sequence[MonitorSli] = (),
        slos: Sequence[MonitorSlo] = (),
        window: WindowConfig | None = None,
        corrections: int = 0,
        definition: Definition | None = None,
    ) -> None:
        """Raises OutOfRange, InvalidArgument, and names the field, "slos[2].period_ns";
        MemoryError."""
        c = _config(slis, slos, window, corrections, definition)
        self._parts = {}
        self._at = _block.lay_out(lib.slo_monitor_footprint, lib.slo_monitor_init, c)

    @staticmethod
    def footprint(
        slis: Sequence[MonitorSli] = (),
        slos: Sequence[MonitorSlo] = (),
        window: WindowConfig | None = None,
        corrections: int = 0,
        definition: Definition | None = None,
    ) -> int:
        """The bytes that init needs. Raises as Monitor(..)."""
        c = _config(slis, slos, window, corrections, definition)
        return _block.footprint(lib.slo_monitor_footprint, c)

    @classmethod
    def init(
        cls,
        buffer: Any,
        slis: Sequence[MonitorSli] = (),
        slos: Sequence[MonitorSlo] = (),
        window: WindowConfig | None = None,
        corrections: int = 0,
        definition: Definition | None = None,
    ) -> Monitor:
        """Lays one out in a buffer that processes share, or in a mapped file. Raises as
        Monitor(..), and NoSpace."""
        c = _config(slis, slos, window, corrections, definition)
        made = cls._over(_block.init(lib.slo_monitor_init, buffer, c))
        made._parts = {}
        return made

    @classmethod
    def attach(cls, buffer: Any) -> Monitor:
        """What init laid out, in another process or after a restart. The whole block is validated.
        Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        made = cls._over(_block.attach(lib.slo_monitor_attach, buffer))
        made._parts = {}
        return made

    def close(self) -> None:
        """Closes it, and every part that was handed out."""
        super().close()
        for part in list(self._parts.values()):
            part.close()
        self._parts.clear()

    # ---- who is who ----

    @property
    def sli_names(self) -> list[str]:
        """The names of all SLIs, by index."""
        at, n = self._at, lib.slo_monitor_sli_count(self._at)
        return [_ffi.text_of(lib.slo_monitor_sli_name(at, i)) for i in range(n)]

    @property
    def slo_names(self) -> list[str]:
        """The names of all SLOs, by index."""
        at, n = self._at, lib.slo_monitor_slo_count(self._at)
        return [_ffi.text_of(lib.slo_monitor_slo_name(at, i)) for i in range(n)]

    def find_sli(self, name: Which) -> int:
        """The index of an SLI. Raises NoData: there is none of that name."""
        return self._find(lib.slo_monitor_find_sli, name)

    def find_slo(self, name: Which) -> int:
        """The index of an SLO. Raises NoData: there is none of that name."""
        return self._find(lib.slo_monitor_find_slo, name)

    def _find(self, function: Any, name: Which) -> int:
        if not isinstance(name, str):
            return name
        index = ctypes.c_uint32()
        try:
            function(self._at, _ffi.encoded(name, "name"), byref(index))
        except NoData:
            raise NoData(f"there is no {name!r}", field=name) from None
        return index.value

    # ---- parts ----

    def _part(self, kind: type[Part], find: Any, function: Any, which: Which) -> Part:
        key = (kind.__name__, which)
        part: Part | None = self._parts.get(key)
        if part is None:
            at = self._at
            place = function(at, find(which))
            if place is None:
                raise NoData(f"there is no {kind.__name__} of {which!r}")
            part = kind._over(_ffi.inside(at, place))
            self._parts[key] = part
        return part

    def counter(self, sli: Which) -> Counter:
        """The counter of an SLI. Raises NoData: there is none (attempts and parts of a journey
        are counted by Attempt.end)."""
        return self._part(Counter, self.find_sli, lib.slo_monitor_counter, sli)

    def hist(self, sli: Which) -> Hist:
        """The histogram of an SLI. Raises NoData: there is none."""
        return self._part(Hist, self.find_sli, lib.slo_monitor_hist, sli)

    def window(self, sli: Which) -> Window:
        """The window of an SLI, to read; pushing is the tick's business. Raises NoData."""
        return self._part(Window, self.find_sli, lib.slo_monitor_window, sli)

    def history(self, sli: Which) -> History:
        """The history of an SLI's latency, to read. Raises NoData: there is none."""
        return self._part(History, self.find_sli, lib.slo_monitor_history, sli)

    def alert(self, slo: Which) -> Alert:
        """The alert of an SLO, to read; stepping is the tick's business. Raises NoData."""
        return self._part(Alert, self.find_slo, lib.slo_monitor_alert, slo)

    def journey(self, journey: int) -> Journey:
        """A journey of the definition, for attempts. Raises NoData: there is none."""
        return self._part(Journey, lambda index: index, lib.slo_monitor_journey, journey)

    def attempt(self, journey: int, now_ns: int) -> Attempt:
        """One user begins a journey."""
        return self.journey(journey).attempt(now_ns)

    @property
    def journey_count(self) -> int:
        """How many journeys the definition has; 0 without one."""
        n: int = lib.slo_monitor_journey_count(self._at)
        return n

    @property
    def ledger(self) -> Ledger:
        """What corrections there are, to read; write them down with correct."""
        return self._part(Ledger, lambda _: 0, lambda at, _: lib.slo_monitor_ledger(at), "")

    @property
    def definition(self) -> Definition | None:
        """What it was opened from (a copy); None when that were slis and slos."""
        at = self._at
        place = lib.slo_monitor_definition(at)
        if place is None:
            return None
        return Definition.attach(ctypes.string_at(place, lib.slo_definition_size(place)))

    # ---- its life ----

    def record(self, sli: Which, event: Event) -> int:
        """Classifies an event by the rule of a definition's indicator, counts it, and says what it
        was: slo.GOOD, slo.BAD or slo.EXCLUDED. Any thread."""
        index = self.find_sli(sli)
        outcome: int = lib.slo_monitor_record(self._at, index, _ffi.config("slo_event", event))
        return outcome

    def tick(self, now_ns: int, flags: int = 0) -> None:
        """Takes a reading of every SLI and, once a slice, steps the alerts. flags:
        slo.PUSH_UNMEASURED for the first tick after a restart, slo.PUSH_REBASE. Owner only: one
        thread at a time. Raises OutOfRange, ClockJumped (nothing was taken)."""
        lib.slo_monitor_tick(self._at, now_ns, flags)

    def correct(self, correction: Correction) -> int:
        """Writes a correction down and pins the readings at its edges; answers its number. Owner
        only. Raises as Ledger.append; OutOfRange: no such SLI."""
        sequence = ctypes.c_uint32()
        c = _ffi.config("slo_correction", correction)
        lib.slo_monitor_correct(self._at, c, byref(sequence))
        return sequence.value

    def budget(self, slo: Which) -> BudgetConfig:
        """The budget of an SLO as of the newest tick, for the functions of slo.budget with the
        window of its SLI. Raises NoData (never ticked), OutOfRange."""
        c = _ffi.new("slo_budget_config")
        lib.slo_monitor_budget(self._at, self.find_slo(slo), byref(c))
        config: BudgetConfig = _ffi.result(c)
        return dataclasses.replace(config, ledger=self.ledger if c.ledger else None)

    def read(self, slo: Which) -> Standing:
        """Where an SLO stands as of the newest tick. Any thread. Raises NoData: never ticked, or
        nothing valid in the period (then error.result is a Standing whose budget says how much
        was measured, and nothing else); OutOfRange."""
        c = _ffi.new("slo_standing")
        try:
            lib.slo_monitor_read(self._at, self.find_slo(slo), byref(c))
        except NoData as error:
            if c.objective_ppb:
                error.result = _ffi.result(c)
            raise
        standing: Standing = _ffi.result(c)
        return standing

    def blame(self, slo: Which) -> list[Blame]:
        """Who spent the budget of an SLO about a journey's attempts, in its period: one for each
        part but the attempts. Raises NoData (never ticked), OutOfRange (another kind of SLO)."""
        blames, count = _ffi.array("slo_blame", _PARTS_MAX), ctypes.c_uint32()
        lib.slo_monitor_blame(self._at, self.find_slo(slo), blames, _PARTS_MAX, byref(count))
        return [_ffi.result(blame) for blame in blames[: count.value]]


_PARTS_MAX = JOURNEY_STEPS_MAX + 1  # and the limit


def _config(
    slis: Sequence[MonitorSli],
    slos: Sequence[MonitorSlo],
    window: WindowConfig | None,
    corrections: int,
    definition: Definition | None,
) -> Any:
    return _ffi.config(
        "slo_monitor_config", MonitorConfig(slis, slos, window, corrections, definition)
    )
