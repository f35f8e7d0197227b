"""Problems, in one shape: pairs of the record that is wrong and a text that says what to do about it.

A record that has `_name_problem` names itself in front of the text; of others, and of an empty one, the text says all.
"""

from collections import defaultdict

from odoo import fields
from odoo.exceptions import UserError


def raise_problems(problems):
    """Refuse once, with all that is wrong.

    :param problems: iterable of (record, str)
    :raise UserError: if there are any
    """
    if texts := get_problem_texts(problems):
        raise UserError("\n".join(texts))


def get_problem_texts(problems):
    """What these problems say, each once, with the records named.

    :param problems: iterable of (record, str)
    :return: list of str
    """
    return list(
        dict.fromkeys(
            record._name_problem(text) if record and hasattr(record, "_name_problem") else text
            for record, text in problems
        )
    )


def group_problems(problems):
    """What is wrong with each of several refunds, their lines and offsets included.

    :param problems: iterable of (record, str)
    :return: dict, client.refund: list of str; only those that have problems
    """
    found = defaultdict(list)
    for record, text in problems:
        found[record.refund_id if "refund_id" in record._fields else record].append((record, text))
    return {refund: get_problem_texts(pairs) for refund, pairs in found.items()}


def get_reason_problems(records, reason):
    """What is wrong with why these are undone or rejected."""
    if isinstance(reason, str) and reason.strip():
        return []
    return [(records.browse(), records.env._("Enter a reason: it stays on the document."))]


def parse_date(env, value):
    """A date from a program.

    :param value: date, str or False
    :return: date or None
    :raise UserError: if it is none
    """
    try:
        return fields.Date.to_date(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(env._("%(value)s is not a date. Give it as YYYY-MM-DD.", value=value)) from error
