"""Evidence bit by bit: the same bets, slots and roundings in fractions; and never above the
formula without any rounding. The library is called through its public functions alone."""

import ctypes
import random
from fractions import Fraction

import pytest
from conftest import BUILD

PPB = 10**9
YEAR_NS = 8766 * 3600 * 10**9
HOUR_NS = 3600 * 10**9
BETS_MAX = 24


class Config(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("objective_ppb", ctypes.c_uint64),
        ("alarms_per_year_ppm", ctypes.c_uint64),
        ("dead_ns", ctypes.c_int64),
        ("healthy_burn_ppm", ctypes.c_uint64),
        ("least_burn_ppm", ctypes.c_uint64),
    ]


class Counts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("good", "bad", "excluded")]


@pytest.fixture(scope="module")
def lib():
    library = ctypes.CDLL(str(BUILD / "libslo.so"))
    library.slo_evidence_destroy.argtypes = [ctypes.c_void_p]
    library.slo_evidence_step.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.POINTER(Counts)]
    library.slo_evidence_read.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint64)]
    return library


class Evidence:
    """The library's."""

    def __init__(self, lib, **config):
        self.lib, self.handle = lib, ctypes.c_void_p()
        given = Config(struct_size=ctypes.sizeof(Config), **config)
        status = lib.slo_evidence_create(ctypes.byref(given), None, ctypes.byref(self.handle), None)
        if status != 0:
            raise ValueError(status)

    def step(self, dt, good, bad):
        assert self.lib.slo_evidence_step(self.handle, dt, ctypes.byref(Counts(good, bad, 0))) == 0

    def level_ppb(self):
        level = ctypes.c_uint64()
        assert self.lib.slo_evidence_read(self.handle, ctypes.byref(level)) == 0
        return level.value

    def close(self):
        self.lib.slo_evidence_destroy(self.handle)


def down(value, places):
    """Rounded down to so many binary places."""
    return Fraction(value.numerator * 2**places // value.denominator, 2**places)


class Model:
    """The formula, each quantity rounded down where the library has to; exact=True: nowhere."""

    def __init__(
        self, exact, objective_ppb, alarms_per_year_ppm, dead_ns, healthy_burn_ppm, least_burn_ppm
    ):
        self.round = (lambda value, places: value) if exact else down
        healthy = Fraction(healthy_burn_ppm or 10**6, 10**6)
        least = Fraction(least_burn_ppm, 10**6) if least_burn_ppm else 6 * healthy
        self.p0 = healthy * Fraction(PPB - objective_ppb, PPB)
        self.inverse = self.round(1 / self.p0, 40)
        if not exact:
            self.inverse = min(self.inverse, Fraction(2**63 - 1, 2**40))
        # the bets are parameters, not results: the same for both
        last = down(down(least / healthy - 1, 40) * self.p0 / (1 - self.p0), 40)
        self.bets, bet = [], Fraction(2**40 // 10 * 9, 2**40)
        while bet > last and len(self.bets) < BETS_MAX - 1:
            self.bets.append(bet)
            bet = down(bet / 3, 40)
        self.bets.append(max(last, Fraction(1, 2**40)) if self.bets else bet)
        alarms = Fraction(alarms_per_year_ppm or 10**6, 10**6)
        self.weight = self.round(alarms / YEAR_NS / len(self.bets), 84)
        self.dead_ns = dead_ns or 60 * 10**9
        self.wealth = [Fraction(0)] * len(self.bets)
        self.elapsed = self.dead = 0
        self.scaled = False

    def step(self, dt, good, bad):
        valid = good + bad
        self.elapsed = min(self.elapsed + dt, HOUR_NS)
        if self.dead:
            self.dead = max(self.dead - dt, 0)
            return
        if not valid:
            return
        w = self.round(self.elapsed * self.weight, 64)
        self.elapsed = 0
        share = Fraction(bad, valid)
        if share > self.p0:
            self.dead = self.dead_ns
        if self.round is down:
            while valid >= 2**32:
                valid, bad = (valid + 1) // 2, bad // 2
            share = Fraction(bad, valid)
        ratio = self.round(share * self.inverse, 40)
        for k, bet in enumerate(self.bets):
            factor = 1 - bet + self.round(bet * ratio, 40)
            if self.round is down:
                factor = min(factor, Fraction(2**63 - 1, 2**40))
            self.wealth[k] = self.round((self.wealth[k] + w) * factor, 64)
        total = sum(self.wealth)
        if total >= 10:
            self.scaled = True
            ratio = self.round(10 / total, 59)
            self.wealth = [self.round(m * ratio, 64) for m in self.wealth]

    def level_ppb(self):
        return sum(self.wealth) * PPB // 1


def wide(rng, bits):
    """Small and large numbers alike."""
    return rng.getrandbits(rng.randint(1, bits))


def random_config(rng):
    budget = min(1 + wide(rng, 30), PPB - 1)
    config = {
        "objective_ppb": PPB - budget,
        "alarms_per_year_ppm": 0,
        "dead_ns": rng.choice([0, 1, 10**9, wide(rng, 46)]),
        "healthy_burn_ppm": 0,
        "least_burn_ppm": 0,
    }
    if rng.random() < 0.5:
        config["alarms_per_year_ppm"] = wide(rng, 29)
    if rng.random() < 0.5:
        config["healthy_burn_ppm"] = min(wide(rng, 40) + 1, (10**15 - 1) // budget)
    if rng.random() < 0.5:
        healthy = config["healthy_burn_ppm"] or 10**6
        config["least_burn_ppm"] = 2 * healthy + min(wide(rng, 30), (10**6 - 2) * healthy)
    return config


def random_slot(rng):
    dt = rng.choice([0, 10**10, 10**10, 6 * 10**10, wide(rng, 62)])
    valid = wide(rng, rng.choice([3, 10, 40, 63]))
    bad = rng.choice([0, 0, 0, 1, valid, wide(rng, 63)])
    return dt, valid - min(bad, valid), min(bad, valid)


@pytest.mark.parametrize("seed", range(150))
def test_every_bit(lib, seed):
    rng = random.Random(seed)
    config = random_config(rng)
    evidence, model = Evidence(lib, **config), Model(False, **config)
    for slot in range(120):
        step = random_slot(rng)
        evidence.step(*step)
        model.step(*step)
        assert evidence.level_ppb() == model.level_ppb(), (config, slot, step)
    evidence.close()


@pytest.mark.parametrize("seed", range(60))
def test_never_above_the_formula(lib, seed):
    rng = random.Random(seed)
    config = random_config(rng)
    evidence, model = Evidence(lib, **config), Model(True, **config)
    for slot in range(25):
        step = random_slot(rng)
        evidence.step(*step)
        model.step(*step)
        if model.scaled:  # the bets' shares are rounded, too
            break
        assert evidence.level_ppb() <= model.level_ppb(), (config, slot, step)
    evidence.close()


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("percent", ["99", "99.9", "99.99", "99.999"])
def test_services(lib, seed, percent):
    """Traffic as it is: close to the exact formula, and the same bits as the rounded one."""
    rng = random.Random(f"{percent} {seed}")
    config = dict.fromkeys(
        ("alarms_per_year_ppm", "dead_ns", "healthy_burn_ppm", "least_burn_ppm"), 0
    )
    config["objective_ppb"] = int(Fraction(percent) * 10**7)
    evidence, model = Evidence(lib, **config), Model(False, **config)
    for _ in range(200):
        valid = rng.randint(0, 30)
        bad = sum(rng.random() < 0.02 for _ in range(valid))
        evidence.step(10**10, valid - bad, bad)
        model.step(10**10, valid - bad, bad)
        assert evidence.level_ppb() == model.level_ppb()
    evidence.close()
