#!/usr/bin/env python3
"""Checks the translations of every addon, and merges new terms into them.

What is wrong (placeholders or tags changed, terms that are none any more) fails; what is missing is told, and fails a
release alone: a change need not speak six languages.
"""

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


def catalogs():
    """The template of each addon with the path of each of its translations."""
    for template in sorted(ROOT.glob("client_refund*/i18n/*.pot")):
        for language in LANGUAGES:
            yield template, template.with_name(f"{language}.po")


def translated(path):
    """The entries of a translation that say something.

    :return: dict, term: entry
    """
    entries = [entry for entry in polib.pofile(path) if not entry.obsolete] if path.exists() else []
    return {entry.msgid: entry for entry in entries if entry.msgstr.strip() and not entry.fuzzy}


def errors(template, path):
    """What is wrong with a translation.

    :return: list of str
    """
    terms = {entry.msgid for entry in polib.pofile(template)}
    return [
        f"changes placeholders or tags of {msgid!r}"
        if msgid in terms
        else f"translates what is no term any more: {msgid!r}"
        for msgid, entry in translated(path).items()
        if msgid not in terms or marks(msgid) != marks(entry.msgstr)
    ]


def gaps(template, path):
    """What a translation leaves open.

    :return: list of str
    """
    open_terms = {entry.msgid for entry in polib.pofile(template)} - translated(path).keys()
    return [f"does not translate {msgid!r}" for msgid in sorted(open_terms)]


def check(*, release):
    """Say what is wrong and what is missing.

    :return: bool, whether that must be mended now
    """
    wrong, missing = [], []
    for template, path in catalogs():
        name = path.relative_to(ROOT)
        wrong += [f"{name} {error}" for error in errors(template, path)]
        missing += [f"{name} {gap}" for gap in gaps(template, path)]
    told = missing if release else [f"{len(missing)} terms wait for a translation: make release-check names them."]
    print("\n".join([*wrong, *(told if missing else [])]), end="")
    return bool(wrong or (release and missing))


def merge():
    """Bring each translation to the terms of its template; a term that another addon had keeps its translation."""
    memories, headers = {language: {} for language in LANGUAGES}, {}
    for _template, path in catalogs():
        memories[path.stem] |= translated(path)
        if path.exists():
            headers[path.stem] = polib.pofile(path).metadata
    for template, path in catalogs():
        terms, known = polib.pofile(template), memories[path.stem] | translated(path)
        terms.metadata = headers.get(path.stem, terms.metadata | {"Language": path.stem})
        for entry in terms:
            entry.msgstr = known[entry.msgid].msgstr if entry.msgid in known else ""
        terms.save(path)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["merge"]:
            merge()
        case arguments:
            sys.exit(check(release="release" in arguments))
