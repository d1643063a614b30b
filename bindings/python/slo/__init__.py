"""libslo: SLI/SLO math inside the process.

    record    Counter, Hist (and slo.writer), Snapshot, History
    window    Window, slo.window.tiers, slo.calendar, slo.recurrence
    judge     slo.sli, slo.rule, slo.objective, Ledger, slo.budget, slo.burn, Evidence, Alert,
              slo.catalog
    journey   Journey, Attempt, Definition, slo.lint, slo.depend, slo.composite
    act       slo.target, slo.candidate
    simulate  slo.fault, Traffic, Backtest, slo.gameday
    all       Monitor
    base      slo.time, Error and its kinds, version

Constants are those of C without SLO_ (slo.GOOD, slo.DAY_NS); structs are frozen dataclasses
(slo.MonitorSlo, slo.Standing). The library has no clock: the caller passes time, int nanoseconds
since the Unix epoch, as time.time_ns() gives it.

Any thread may record and read; ticking, pushing and stepping have one owner at a time. What was
closed raises slo.Closed.
"""

from . import alert as alert
from . import backtest as backtest
from . import budget as budget
from . import burn as burn
from . import calendar as calendar
from . import candidate as candidate
from . import catalog as catalog
from . import composite as composite
from . import counter as counter
from . import definition as definition
from . import depend as depend
from . import evidence as evidence
from . import fault as fault
from . import gameday as gameday
from . import hist as hist
from . import history as history
from . import journey as journey
from . import ledger as ledger
from . import lint as lint
from . import monitor as monitor
from . import objective as objective
from . import recurrence as recurrence
from . import rule as rule
from . import sli as sli
from . import snapshot as snapshot
from . import target as target
from . import time as time
from . import traffic as traffic
from . import window as window
from . import writer as writer
from ._ffi import lib as _lib
from .alert import Alert as Alert
from .backtest import Backtest as Backtest
from .constants import *  # noqa: F403
from .counter import Counter as Counter
from .definition import Definition as Definition
from .evidence import Evidence as Evidence
from .hist import Hist as Hist
from .hist import Threshold as Threshold
from .history import History as History
from .journey import Attempt as Attempt
from .journey import Journey as Journey
from .ledger import Ledger as Ledger
from .monitor import Monitor as Monitor
from .snapshot import Snapshot as Snapshot
from .status import *  # noqa: F403
from .structs import *  # noqa: F403
from .traffic import Traffic as Traffic
from .window import Window as Window
from .writer import CounterWriter as CounterWriter
from .writer import FileLock as FileLock
from .writer import HistWriter as HistWriter
from .writer import WriterLock as WriterLock


def version() -> str:
    """The version of the C library in use, "0.1.0"."""
    text: bytes = _lib.slo_version_string()
    return text.decode()


def shard_path() -> int:
    """How recording without a handle works in this thread: slo.PATH_CPU or slo.PATH_SHARED."""
    path: int = _lib.slo_shard_path()
    return path
