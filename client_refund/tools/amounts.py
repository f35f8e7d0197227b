"""What can be an amount, and how amounts are shared out to the cent."""

from collections import Counter, defaultdict, deque
from itertools import accumulate, pairwise
from sys import float_info


def settle_oldest_first(credits, invoices, currency):
    """Settle open invoices from credits, the oldest of each first, never across accounts.

    :param credits: list of (credit, account, amount), oldest first
    :param invoices: list of (invoice, account, amount), oldest first
    :param currency: res.currency of all amounts
    :return: list of (credit, invoice, amount); an invoice for which too little is left is settled in part
    """
    left = defaultdict(deque)
    for credit, account, amount in credits:
        left[account].append((credit, currency.round(amount)))
    settlements = []
    for invoice, account, amount in invoices:
        wanted = currency.round(amount)
        while wanted > 0 and left[account]:
            credit, available = left[account].popleft()
            settled = min(wanted, available)
            if settled <= 0:
                continue
            settlements.append((credit, invoice, settled))
            wanted = currency.round(wanted - settled)
            left[account].appendleft((credit, currency.round(available - settled)))
    return settlements


def settle_items(lines, offsets, currency):
    """The same of what takes something of journal items, such as the lines and offsets of a refund.

    :param lines: recordset or list of such with `move_line_id` and `amount`, oldest first
    :param offsets: the same, due first
    :return: list of (line, offset, amount)
    """
    return settle_oldest_first(
        *([(item, item.move_line_id.account_id, item.amount) for item in items] for items in (lines, offsets)), currency
    )


def get_settled(amounts, invoices, currency):
    """How much of each open invoice credits settle.

    :param amounts: dict, account.move.line, a credit, oldest first: what is taken of it
    :param invoices: account.move.line, due first
    :return: Counter, account.move.line, an invoice: positive amount in the currency
    """
    settled = Counter()
    for _credit, invoice, amount in settle_oldest_first(
        [(credit, credit.account_id, amount) for credit, amount in amounts.items()],
        [(invoice, invoice.account_id, invoice.amount_residual_currency) for invoice in invoices],
        currency,
    ):
        settled[invoice] += amount
    return settled


def share_out(balance, amounts, total, currency):
    """Share a balance out in proportion to amounts.

    Rounded as running totals, the shares add up to the balance and none is of another sign.

    :param balance: amount in the given currency
    :param amounts: list of float, in any currency
    :param total: what the amounts add up to
    :param currency: res.currency of the balance
    :return: list of float, a share for each amount
    """
    running = [currency.round(balance * paid / total) for paid in accumulate(amounts, initial=0.0)]
    return [currency.round(after - before) for before, after in pairwise(running)]


def is_finite(amount):
    """Whether this, from a program perhaps, is a number that can be an amount."""
    return isinstance(amount, int | float) and not isinstance(amount, bool) and abs(amount) <= float_info.max
