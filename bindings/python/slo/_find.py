"""Where the C library is."""

from __future__ import annotations

import ctypes.util
import os
import pathlib
import sys

_NAME = "libslo.dylib" if sys.platform == "darwin" else "libslo.so"


def find() -> str:
    """What to load: the library beside this module, which a wheel bundles; else the one that the
    environment's SLO_LIBRARY names; else the system's.

    Raises ImportError, and says where it looked.
    """
    beside = pathlib.Path(__file__).resolve().parent / _NAME
    if beside.exists():
        return str(beside)
    named = os.environ.get("SLO_LIBRARY")
    if named:
        return named
    system = ctypes.util.find_library("slo")
    if system:
        return system
    raise ImportError(
        f"libslo was not found: no {beside}, SLO_LIBRARY is not set, and the system has none"
    )
