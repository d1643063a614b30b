"""Documentation that can rot is checked.

- Every public function stands under a comment, and docs/ or a header's contents name it.
- A block of code in README.md or docs/ under a line that names a file is that file, or, when
  that is a page, one of its blocks.
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
    for source, block in re.findall(r"<!-- (\S+/\S+) -->\n```\w+\n(.*?)```", text, re.S):
        there = (ROOT / source).read_text()
        if there != block and f"\n{block}```\n" not in there:
            problems.append(f"{name}: the code of {source} differs from the file")
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        if not (page.parent / target).exists():
            problems.append(f"{name}: the link to {target} leads nowhere")
    known = {n for h in headers() for n in functions(h.read_text())}
    for used in set(re.findall(r"`(slo_[a-z0-9_]+)\(", text)) - known:
        problems.append(f"{name}: names {used}, which there is not")

print("\n".join(problems) or "docs: every function is documented, every page is true to the code")
sys.exit(1 if problems else 0)
