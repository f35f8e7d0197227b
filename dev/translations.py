"""Checks that every addon speaks its languages in full: nothing missing or left over, placeholders and tags kept."""

import re
import sys
from collections import Counter
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "es", "fr", "it", "nl", "pt_BR")
# %(name)s, %s, {{ object.name }}, ${name}, <b>, </b>: what a program reads in a text.
MARKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{.*?\}\}|\$\{\w+\}|</?[a-z][\w-]*")


def marks(text):
    """What of a text must be the same in each language."""
    return Counter(MARKS.findall(text))


def troubles(template, path):
    """What is wrong with the translation of a template.

    :return: list of str
    """
    if not path.exists():
        return ["is missing"]
    entries = {entry.msgid: entry for entry in polib.pofile(path) if not entry.obsolete}
    wanted = {entry.msgid for entry in template}
    return [
        *(f"does not translate {msgid!r}" for msgid in sorted(wanted - entries.keys())),
        *(f"translates what is no term any more: {msgid!r}" for msgid in sorted(entries.keys() - wanted)),
        *(f"leaves {entry.msgid!r} open" for entry in entries.values() if entry.fuzzy or not entry.msgstr.strip()),
        *(
            f"changes placeholders or tags of {entry.msgid!r}"
            for entry in entries.values()
            if entry.msgstr and marks(entry.msgid) != marks(entry.msgstr)
        ),
    ]


def main():
    """Say what is wrong with any translation; without anything, say nothing."""
    found = [
        f"{path.relative_to(ROOT)} {trouble}"
        for template in sorted(ROOT.glob("client_refund*/i18n/*.pot"))
        for path in (template.with_name(f"{language}.po") for language in LANGUAGES)
        for trouble in troubles(polib.pofile(template), path)
    ]
    print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
