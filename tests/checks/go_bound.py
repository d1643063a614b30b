"""Every public function is bound in bindings/go, or stands here with the reason why it is not."""

import re
import sys

from headers_text import ROOT, functions, headers

MEMORY = "objects lie in memory that Go gives: footprint and init"
HANDLE = "a handle saves an atomic instruction; a call through cgo costs several"
UNBOUND = {
    **{f"slo_{noun}_create": MEMORY for noun in (
        "alert", "backtest", "counter", "definition", "evidence", "hist", "history", "journey",
        "ledger", "monitor", "snapshot", "traffic", "window",
    )},
    **{f"slo_{noun}_destroy": MEMORY for noun in (
        "alert", "backtest", "counter", "definition", "evidence", "hist", "history", "journey",
        "ledger", "monitor", "snapshot", "traffic", "window",
    )},
    **{f"slo_{noun}_writer_{verb}": HANDLE for noun, verb in (
        ("hist", "open"), ("hist", "close"), ("hist", "record"), ("hist", "record_many"),
        ("hist", "record_rare"), ("counter", "open"), ("counter", "close"), ("counter", "record"),
        ("counter", "record_rare"),
    )},
    "slo_hist_record_times": "recorded in Go, without a call",
    "slo_counter_record_many": "recorded in Go, without a call",
    "slo_counter_record_late": "recorded in Go, without a call",
    "slo_attempt_begin": "an attempt's words live in Go",
}  # fmt: skip

package = ROOT / "bindings/go"
text = "".join(p.read_text() for p in sorted(package.glob("*.go")) if "_test" not in p.name)
binding = re.sub(r"/\*.*?\*/", "", (package / "binding.h").read_text(), flags=re.S)
called = set(re.findall(r"\bC\.(slo_\w+)\b", text)) | set(re.findall(r"\b(slo_\w+)\(", binding))
for define in re.findall(r"^#define (?:.*\\\n)*.*", binding, re.M):
    macro = re.match(r"#define (\w+)", define)[1]
    for pattern in re.findall(r"\b(slo_\w*##\w+(?:##\w+)?)\(", define):
        for use in re.findall(rf"^(?:{macro}|GO_BLOCK)\((\w+)", binding, re.M):
            called.add(re.sub(r"##(noun|part)(##)?", use, pattern))
declared = {name for path in headers() for name in functions(path.read_text())}

problems = [f"{n}: neither bound nor excused" for n in sorted(declared - called - set(UNBOUND))]
problems += [f"{n}: excused, and bound" for n in sorted(called & set(UNBOUND))]
problems += [f"{n}: excused, and there is none" for n in sorted(set(UNBOUND) - declared)]
print("\n".join(problems) or f"go: {len(declared - set(UNBOUND))} functions are bound")
sys.exit(1 if problems else 0)
