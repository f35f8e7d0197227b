#!/usr/bin/env python3
"""Fails where a page of the repository links to, or shows, a file or a heading that is not there."""

import re
import sys
from pathlib import Path

from processes import fail

ROOT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
TARGETS = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
ELSEWHERE = ("http:", "https:", "mailto:")


def anchors(page):
    """The anchors that GitHub makes of a page's headings.

    :return: set of str
    """
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing(page):
    """The targets of this page that are not there.

    :return: list of str
    """
    found = []
    for target in (first or second for first, second in TARGETS.findall(CODE.sub("", page.read_text()))):
        if target.startswith(ELSEWHERE):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            found.append(f"{page.relative_to(ROOT)}: {target}")
    return found


def main(*pages):
    """Check these pages."""
    if wrong := [line for page in pages for line in missing(ROOT / page)]:
        print(*wrong, sep="\n")
        fail("the above is linked to and not there.")


if __name__ == "__main__":
    main(*sys.argv[1:])
