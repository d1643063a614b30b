"""Exported names = names marked SLO_API in the headers = names in src/libslo.map."""

import re
import subprocess
import sys

from headers_text import ROOT, functions, headers

library = sys.argv[1]
declared = {name for path in headers() for name in functions(path.read_text())}
listed = set(re.findall(r"^\s+(slo_\w+);", (ROOT / "src/libslo.map").read_text(), re.M))
lines = subprocess.run(
    ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
).stdout.splitlines()
exported = {line.split()[-1].split("@")[0] for line in lines if " A " not in line}

problems = [f"{name}: declared, not exported" for name in sorted(declared - exported)]
problems += [f"{name}: exported, not declared" for name in sorted(exported - declared)]
problems += [f"{name}: declared, not in src/libslo.map" for name in sorted(declared - listed)]
problems += [f"{name}: in src/libslo.map, not declared" for name in sorted(listed - declared)]
needed = subprocess.run(
    ["readelf", "-d", library], capture_output=True, text=True, check=True
).stdout
for name in re.findall(r"NEEDED.*\[(.*?)\]", needed):
    if not re.match(r"lib[cm]\.|ld-linux|libatomic\.|lib[a-z]*san", name):
        problems.append(f"{name}: needed by the library, which promises libm alone")
print("\n".join(problems) or f"exports: {len(exported)} names, all declared and listed")
sys.exit(1 if problems else 0)
