"""Whether two names are one, as a bank's Verification of Payee compares them.

Order, accents, legal forms, initials and a slip of the pen don't count.
"""

import re
import unicodedata
from difflib import SequenceMatcher

LEGAL_FORMS = frozenset(
    {"ag", "bv", "co", "company", "corp", "corporation", "eurl", "gmbh", "inc", "kg", "limited", "llc", "llp", "ltd"}
    | {"ltda", "mbh", "nv", "ohg", "oy", "plc", "pty", "sa", "sarl", "sas", "se", "sl", "spa", "srl", "ug"}
)
# How alike two words are that differ by a slip of the pen.
ALIKE = 0.8


def is_same_name(name, other):
    """Whether each word of the shorter name is in the longer one, and the longer one has not twice as many."""
    short, long = sorted((_get_words(name), _get_words(other)), key=len)
    return len(long) <= 2 * len(short) and all(any(_is_same_word(word, another) for another in long) for word in short)


def _get_words(name):
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode() or name.casefold()
    words = re.findall(r"\w+", plain.replace(".", ""))
    return [word for word in words if word not in LEGAL_FORMS] or words


def _is_same_word(word, other):
    if 1 in (len(word), len(other)):
        return word[0] == other[0]
    return SequenceMatcher(None, word, other).ratio() >= ALIKE
