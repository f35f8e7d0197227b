from collections import defaultdict, deque


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
