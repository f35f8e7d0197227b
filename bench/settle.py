"""Settling: one credit that settles many invoices, beside core's own `reconcile()`, and many credits at once."""

from datetime import timedelta

from ledger import make_clients, receivable
from measure import cost_of, ratios, row

from odoo.fields import Command, Date

FEW, MANY = 100, 400
CREDITS = (100, 1000)


def measure_settle(env, runs, say):
    """The rows of the figure `settle`."""
    company_currency = env.company.currency_id
    foreign = env.ref("base.EUR") if company_currency != env.ref("base.EUR") else env.ref("base.USD")
    foreign.active = True
    # between the credit and the invoices
    rates = ("2000-01-01", 1.25), (Date.today() - timedelta(days=95), 1.3)
    env["res.currency.rate"].create(
        [{"currency_id": foreign.id, "name": name, "rate": rate, "company_id": env.company.id} for name, rate in rates]
    )
    rows = [line for currency in (company_currency, foreign) for line in measure_currency(env, currency, runs, say)]
    rows += measure_credits(env, runs, say)
    env.cr.rollback()
    return rows


def measure_currency(env, currency, runs, say):
    """One credit of so many invoices in a currency."""
    each, beside = {}, {}
    for number in (FEW, MANY):
        say(f"settling {number} invoices in {currency.name} from one credit")
        credit, invoices = make_items(env, currency, number)
        costs = [
            (cost_of(env, settle, credit, invoices), cost_of(env, (credit | invoices).reconcile))
            for _run in range(runs)
        ]
        own, core = ([cost.seconds for cost in side] for side in zip(*costs, strict=True))
        each[number] = [seconds / number for seconds in own]
        beside[number] = ratios(own, core)
    kind = "company currency" if currency == env.company.currency_id else "foreign currency"
    return [
        row("settle", f"{MANY} invoices in {kind}, beside core", beside[MANY], "×", at_most=2),
        row("settle", f"each of {MANY} beside each of {FEW}, {kind}", ratios(each[MANY], each[FEW]), "×", at_most=1.3),
    ]


def make_items(env, currency, number):
    """A credit, and as many open invoices of the same client that it settles, with a rest."""
    client = make_clients(env, [f"Settles {number} in {currency.name}"])
    [credit] = post(env, "out_refund", client, currency, 100, [number * 10 + 5])
    return credit, post(env, "out_invoice", client, currency, 90, [10] * number)


def post(env, move_type, client, currency, days_ago, prices):
    """Posted documents of a client, one for each price.

    :return: account.move.line, what is receivable
    """
    date = Date.today() - timedelta(days=days_ago)
    documents = env["account.move"].create(
        [
            {
                "move_type": move_type,
                "partner_id": client.id,
                "currency_id": currency.id,
                "invoice_date": date,
                "date": date,
                "invoice_line_ids": [Command.create({"name": "Services", "price_unit": price, "tax_ids": []})],
            }
            for price in prices
        ]
    )
    documents.action_post()
    return receivable(documents)


def settle(credit, invoices):
    """A refund that settles these invoices, and pays out the rest."""
    refund = credit.env["client.refund"].create(
        {
            "partner_id": credit.partner_id.id,
            "currency_id": credit.currency_id.id,
            "line_ids": [Command.create({"move_line_id": credit.id})],
            "offset_ids": [Command.create({"move_line_id": invoice.id}) for invoice in invoices],
        }
    )
    refund.action_submit()


def measure_credits(env, runs, say):
    """Many credits of one client in one refund."""
    client = env["res.partner"].search([("name", "=", f"Client with {CREDITS[-1]} credits")])
    items = env["account.move.line"]
    credits = items.search(items._get_open_credit_domain() & items._get_client_domain(client, env.company))
    each = {}
    for number in CREDITS:
        say(f"refunding {number} credits at once")
        costs = [cost_of(env, pay_out, credits[:number]) for _run in range(runs)]
        each[number] = [cost.seconds / number for cost in costs]
    few, many = CREDITS
    return [
        row("settle", f"each of {many} credits beside each of {few}", ratios(each[many], each[few]), "×", at_most=1.3)
    ]


def pay_out(credits):
    """One refund of all of these credits."""
    refund = credits.env["client.refund"].create(
        {
            "partner_id": credits.partner_id.id,
            "line_ids": [Command.create({"move_line_id": credit.id}) for credit in credits],
        }
    )
    refund.action_submit()
