"""Exactness, asserted before the transaction ends: what is booked changes residuals by what was said, and no others."""

from odoo.tools import format_amount

from .problems import raise_problems


def get_expected_residuals(amounts):
    """What each residual must be after something that is about to be booked.

    :param amounts: dict, account.move.line: by how much its residual changes, in its currency
    :return: dict, account.move.line: residual in its currency, negative for credits
    """
    return {item: item.amount_residual_currency + amount for item, amount in amounts.items()}


def check_exact(expected):
    """Refuse to go on unless each residual has changed by exactly what was said.

    :param expected: dict, account.move.line: residual in its currency
    :raise UserError: everything is rolled back
    """
    raise_problems(
        (
            item,
            item.env._(
                "%(client)s, %(document)s: %(residual)s would be left open instead of %(expected)s. Nothing was "
                "done. Look for an automation that reconciles these entries, and try again.",
                client=item.partner_id.display_name,
                document=item.move_id.display_name,
                residual=format_amount(item.env, abs(item.amount_residual_currency), item.currency_id),
                expected=format_amount(item.env, abs(residual), item.currency_id),
            ),
        )
        for item, residual in expected.items()
        if item.currency_id.compare_amounts(item.amount_residual_currency, residual)
        or (item.currency_id.is_zero(residual) and not item.reconciled)
        or item.currency_id.compare_amounts(residual * item.amount_currency, 0) < 0
    )
