"""Documentation that can rot is checked.

- Every public function stands under a comment, and docs/ or a header's contents name it.
- A C block in README.md or docs/ that begins with a line naming an example is that example.
- Links to files of the project lead somewhere.

"""

import re
import sys

from headers_text import ROOT, functions, headers

problems = []

for path in headers():
    text = path.read_text()
    for name in functions(text):
        # the paragraph of the declaration: a comment stands on top of it
        start = re.search(rf"\b{name}\s*\(", text).start()
        if "/*" not in text[:start].rsplit("\n\n", 1)[-1]:
            problems.append(f"{path.relative_to(ROOT)}: {name} has no comment")

pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
for page in pages:
    text = page.read_text()
    name = page.relative_to(ROOT)
    for example, block in re.findall(r"<!-- (docs/examples/\S+) -->\n```c\n(.*?)```", text, re.S):
        if (ROOT / example).read_text() != block:
            problems.append(f"{name}: the code of {example} differs from the file")
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        if not (page.parent / target).exists():
            problems.append(f"{name}: the link to {target} leads nowhere")
    known = {n for h in headers() for n in functions(h.read_text())}
    for used in set(re.findall(r"`(slo_[a-z0-9_]+)\(", text)) - known:
        problems.append(f"{name}: names {used}, which there is not")

print("\n".join(problems) or "docs: every function is documented, every page is true to the code")
sys.exit(1 if problems else 0)
