from itertools import accumulate, pairwise


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
