from odoo import fields
from odoo.exceptions import UserError


def raise_problems(problems):
    """Refuse once, with all that is wrong.

    :param problems: iterable of str
    :raise UserError: if there are any
    """
    if text := "\n".join(dict.fromkeys(problems)):
        raise UserError(text)


def get_reason_problems(env, reason):
    """What is wrong with why something is undone or rejected.

    :return: list of str
    """
    if isinstance(reason, str) and reason.strip():
        return []
    return [env._("Say why: the reason stays on the refund.")]


def parse_date(env, value):
    """A date from a program.

    :param value: date, str or False
    :return: date or None
    :raise UserError: if it is none
    """
    try:
        return fields.Date.to_date(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(env._("%(value)s is no date. Give it as YYYY-MM-DD.", value=value)) from error
