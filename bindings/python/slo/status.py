"""What can go wrong: one exception for each status of slo/status.h.

Every error carries `status` (a number of the C library, SLO_ERANGE is slo.ERANGE), `name`
("SLO_ERANGE"), and, when the library says them, `field` ("tiers[2].factor_ppm"), `value` and the
allowed range `min`..`max`, both inclusive; for a ParseError `value` is the offset in bytes of
the first character that could not be read. What is not said is None (field: "").
"""

from __future__ import annotations

from typing import Any

from . import _abi

__all__ = [
    "Error",
    "InvalidArgument",
    "OutOfRange",
    "OutOfMemory",
    "NoData",
    "IncompatibleVersion",
    "Corrupt",
    "ClockJumped",
    "ParseError",
    "NoSpace",
    "Lost",
    "Busy",
    "Closed",
]


class Error(Exception):
    """Something the C library refused."""

    status: int = 0
    name: str = ""

    def __init__(
        self,
        text: str,
        status: int | None = None,
        field: str = "",
        value: int | None = None,
        min: int | None = None,
        max: int | None = None,
    ) -> None:
        super().__init__(text)
        if status is not None:
            self.status = status
            self.name = _NAMES.get(status, "SLO_UNKNOWN")
        self.field = field
        self.value = value
        self.min = min
        self.max = max
        self.result: Any = None
        """Of a NoData: what was filled all the same (coverage says why nothing is known)."""

    def __reduce__(self) -> Any:
        args = (self.args[0], self.status, self.field, self.value, self.min, self.max)
        return type(self), args


class InvalidArgument(Error, ValueError):
    """SLO_EINVAL: what was given makes no sense, alone or together."""


class OutOfRange(Error, ValueError):
    """SLO_ERANGE: `value` of `field` is not in `min`..`max`, or there is no such thing."""


class OutOfMemory(Error, MemoryError):
    """SLO_ENOMEM."""


class NoData(Error, LookupError):
    """SLO_ENODATA: nothing is known (yet). That is neither good nor bad. When the library filled
    its answer all the same, it is `result`."""


class IncompatibleVersion(Error):
    """SLO_EVERSION: made by a newer or incompatible version."""


class Corrupt(Error, ValueError):
    """SLO_ECORRUPT: these bytes are not what the library wrote."""


class ClockJumped(Error):
    """SLO_ECLOCK: the clock jumped ahead further than allowed; nothing was taken."""


class ParseError(Error, ValueError):
    """SLO_EPARSE: a text cannot be read; `value` is the offset in bytes."""


class NoSpace(Error):
    """SLO_ESPACE: the memory or buffer is too small, or everything is in use."""


class Lost(Error, LookupError):
    """SLO_ELOST: entries were overwritten before they were read."""


class Busy(Error):
    """SLO_EBUSY: every one of them is in use."""


class Closed(Error, ValueError):
    """It was closed before. Not from the C library, which is never asked."""


_NAMES = {
    value: name
    for name, value in _abi.CONSTANTS.items()
    if isinstance(value, int) and value <= 0 and (name == "SLO_OK" or name.startswith("SLO_E"))
}
CLASSES: dict[str, type[Error]] = {
    "SLO_EINVAL": InvalidArgument,
    "SLO_ERANGE": OutOfRange,
    "SLO_ENOMEM": OutOfMemory,
    "SLO_ENODATA": NoData,
    "SLO_EVERSION": IncompatibleVersion,
    "SLO_ECORRUPT": Corrupt,
    "SLO_ECLOCK": ClockJumped,
    "SLO_EPARSE": ParseError,
    "SLO_ESPACE": NoSpace,
    "SLO_ELOST": Lost,
    "SLO_EBUSY": Busy,
}
for _name, _class in CLASSES.items():
    _class.name = _name
    _class.status = int(_abi.CONSTANTS[_name])


def of_status(status: int) -> type[Error]:
    """The exception of a status; Error for one that only a newer library knows."""
    return CLASSES.get(_NAMES.get(status, ""), Error)
