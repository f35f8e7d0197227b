def settle_oldest_first(credits, invoices, currency):
    """Settle open invoices from credits, the oldest of each first, never across accounts.

    :param credits: list of (credit, account, amount), oldest first
    :param invoices: list of (invoice, account, amount), oldest first
    :param currency: res.currency of all amounts
    :return: list of (credit, invoice, amount); an invoice for which too little is left is settled in part
    """
    left = [amount for _credit, _account, amount in credits]
    settlements = []
    for invoice, invoice_account, wanted in invoices:
        for index, (credit, credit_account, _amount) in enumerate(credits):
            if wanted <= 0:
                break
            if credit_account != invoice_account or left[index] <= 0:
                continue
            amount = currency.round(min(wanted, left[index]))
            if amount > 0:
                settlements.append((credit, invoice, amount))
                left[index] = currency.round(left[index] - amount)
                wanted = currency.round(wanted - amount)
    return settlements
