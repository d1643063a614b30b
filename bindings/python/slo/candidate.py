"""A target that was not agreed on yet, held against the past (slo/candidate.h)."""

from __future__ import annotations

from ctypes import byref

from . import _ffi
from ._ffi import lib
from .constants import CANDIDATE_TEXT_MAX
from .structs import Candidate, CandidateConfig


def eval(config: CandidateConfig) -> Candidate:
    """What the budget and the alerts would have made of the slots. Other threads run meanwhile.
    Raises NoData, OutOfRange, MemoryError."""
    c = _ffi.new("slo_candidate")
    lib.slo_candidate_eval(_ffi.config("slo_candidate_config", config), None, byref(c))
    candidate: Candidate = _ffi.result(c)
    return candidate


def format(candidate: Candidate) -> str:
    """The same in plain words."""
    c = _ffi.config("slo_candidate", candidate)
    return _ffi.formatted(lib.slo_candidate_format, c, size=CANDIDATE_TEXT_MAX)
