"""False pages a year against the time to the page, for every policy, as BUILD/bench/alerts.svg.

A policy's false pages are those of its worst noise at burn 0.8, without those beyond the gate's
promise: 5 min drift and 40 s blips. Zeros stand at their upper 95 % bound, as triangles.
"""

import json
import math
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

bench = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build") / "bench"
data = json.loads((bench / "alerts.json").read_text())
points = [(10, 99.9, 1.0), (10, 99.9, 0.1), (100, 99.9, 1.0), (100, 99.9, 0.1)]
beyond = ("5 min drift", "40 s blips")


def worst(rate, target, policy):
    """Pages a year and their upper bound."""
    cells = [
        h["policies"][policy]
        for h in data["healthy"]
        if (h["rate"], h["target"], h["burn"]) == (rate, target, 0.8) and h["noise"] not in beyond
    ]
    return max(((c["a_year"], c["upper"]) for c in cells), default=(math.nan, math.nan))


def outage(rate, target, error):
    for o in data["outages"]:
        key = (o["rate"], o["target"], o["error"], o["burn"], o["noise"])
        if key == (rate, target, error, 0.3, "independent"):
            return o
    return None


figure, axes = plt.subplots(2, 2, figsize=(11, 8))
for axis, (rate, target, error) in zip(axes.flat, points):
    o = outage(rate, target, error)
    if o is None:
        continue
    axis.set_title(f"{target} %, {rate} requests/h, {error * 100:g} % fail", fontsize=9)
    for number, policy in enumerate(o["policies"]):
        median = o["policies"][policy]["median_s"]
        pages, upper = worst(rate, target, policy)
        if median is None or math.isnan(pages):
            continue  # it misses half of the outages
        axis.plot(
            median / 60,
            pages if pages > 0 else upper,
            "o" if pages > 0 else "v",
            color=f"C{number}",
            markersize=11 if policy == "MWMBR" else 9 if policy == "gate" else 6,
            fillstyle="none" if policy == "MWMBR" else "full",  # others may lie on it
            label=policy if pages > 0 else f"{policy}: none seen",
        )
    axis.axvline(o["lorden_s"] / 60, color="grey", linestyle="--", label="Lorden's bound")
    axis.axvline(o["oracle_s"] / 60, color="black", linestyle=":", label="oracle, mean")
    axis.axhline(1, color="grey", linewidth=0.5)
    axis.set(xlabel="median minutes to the page", xlim=(0, None), yscale="log", ylim=(0.05, 500))
    axis.set_ylabel("false pages a year, worst noise, burn 0.8")
    axis.legend(fontsize=6)
figure.tight_layout()
figure.savefig(bench / "alerts.svg")
print(bench / "alerts.svg")
