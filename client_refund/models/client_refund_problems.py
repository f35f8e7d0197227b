from odoo.exceptions import UserError


def raise_problems(problems):
    """Refuse once, with all that is wrong.

    :param problems: iterable of str
    :raise UserError: if there are any
    """
    if text := "\n".join(dict.fromkeys(problems)):
        raise UserError(text)
