"""Makes the ledger that is measured on: `ledger.py DATABASE ITEMS`.

Odoo itself books the history of ten clients; SQL copies it, client by client, until the ledger is as large as wanted.
So each stored column says what Odoo would have written, and a million journal items take minutes instead of days. The
copies differ in dates and amounts: a copy's dates are moved by up to ten months, its amounts multiplied.

The history of a client, over five years (20 journal items, 9 of them receivable):

* two invoices, each paid in full, and one settled by a credit note
* an invoice that was overpaid: the rest of the payment is open (the first credit)
* a credit note that nothing used up (the second credit)
* every tenth client owes, too: an open invoice
"""

import sys
from datetime import timedelta

from session import environment

from odoo.fields import Command, Date
from odoo.tools import SQL

CLIENTS = 10
ITEMS = 20  # of a client
FACTORS = 9  # a copy's amounts are 1 to 9 times those of the original
SHIFT_DAYS = 300  # a copy's dates are up to so many days later
# Clients with many open credits, for the wizard.
MANY_CREDITS = (10, 1000)


# -------------------------------------------------------------------------
# What Odoo books
# -------------------------------------------------------------------------


def set_up(env):
    """A chart of accounts, and bank accounts as a firm has them: receipts on the bank, payments outstanding."""
    company = env.company
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    outstanding = env["account.account"].create(
        {"name": "Outstanding Payments", "code": "101499", "account_type": "asset_current", "reconcile": True}
    )
    bank.inbound_payment_method_line_ids.payment_account_id = bank.default_account_id
    bank.outbound_payment_method_line_ids.payment_account_id = outstanding
    return bank


def make_clients(env, names):
    return env["res.partner"].create([{"name": name, "is_company": True, "customer_rank": 1} for name in names])


def make_documents(env, move_type, clients, days_ago, *prices):
    """A posted invoice or credit note for each client, with a line for each price.

    :return: account.move.line, what is receivable
    """
    date = Date.today() - timedelta(days=days_ago)
    documents = env["account.move"].create(
        [
            {
                "move_type": move_type,
                "partner_id": client.id,
                "invoice_date": date,
                "date": date,
                "invoice_line_ids": [
                    Command.create({"name": "Services", "price_unit": price + number, "tax_ids": []})
                    for price in prices
                ],
            }
            for number, client in enumerate(clients)
        ]
    )
    documents.action_post()
    return receivable(documents)


def make_payments(env, bank, invoices, days_ago, more=0):
    """A posted receipt for each invoice, of what is open of it and `more`.

    :return: account.move.line, what is receivable
    """
    payments = env["account.payment"].create(
        [
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": invoice.partner_id.id,
                "amount": invoice.amount_residual + more,
                "date": Date.today() - timedelta(days=days_ago),
                "journal_id": bank.id,
            }
            for invoice in invoices
        ]
    )
    payments.action_post()
    return receivable(payments.move_id)


def receivable(moves):
    return moves.line_ids.filtered(lambda item: item.account_type == "asset_receivable").sorted("id")


def settle(invoices, credits):
    """Reconcile each invoice with a credit of the same client."""
    for invoice, credit in zip(invoices, credits, strict=True):
        (invoice | credit).reconcile()


def book_history(env, bank, clients):
    """The whole history of some clients."""
    invoices = make_documents(env, "out_invoice", clients, 1825, 120.50, 79.50)
    settle(invoices, make_payments(env, bank, invoices, 1790))
    invoices = make_documents(env, "out_invoice", clients, 1400, 340.20)
    settle(invoices, make_payments(env, bank, invoices, 1380))
    invoices = make_documents(env, "out_invoice", clients, 1000, 99.90)
    settle(invoices, make_documents(env, "out_refund", clients, 980, 99.90))
    invoices = make_documents(env, "out_invoice", clients, 600, 210.00, 35.75)
    settle(invoices, make_payments(env, bank, invoices, 580, more=25.40))
    make_documents(env, "out_refund", clients, 330, 48.10)
    make_documents(env, "out_invoice", clients[:1], 400, 15.00)


# -------------------------------------------------------------------------
# What SQL copies
# -------------------------------------------------------------------------


def find_records(env, clients):
    """All that belongs to the history of some clients.

    :return: dict, name of model: recordset
    """
    moves = env["account.move"].search([("partner_id", "in", clients.ids)])
    partials = moves.line_ids.matched_debit_ids
    records = [
        clients,
        moves,
        moves.line_ids,
        moves.origin_payment_id,
        partials,
        partials.full_reconcile_id,
    ]
    return {recordset._name: recordset for recordset in records}


def copy_records(env, originals, copies):
    """Copy records by SQL, with all that refers from one to another.

    :param originals: dict, name of model: recordset
    :param copies: int, how often
    """
    env.flush_all()
    # what PostgreSQL checks of each reference would take longer than all the rest; `check` looks at the result
    env.cr.execute("SET LOCAL session_replication_role = replica")
    renumbered = {name: renumber(env, recordset) for name, recordset in originals.items()}
    for records in originals.values():
        columns = {
            field.name: copied_value(field, renumbered)
            for field in records._fields.values()
            if field.store and field.column_type
        } | renamed_values(records._name, renumbered)
        table = SQL.identifier(records._table)
        env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s o, generate_series(1, %s) copy WHERE o.id IN %s ORDER BY %s",
                table,
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(columns.values()),
                table,
                copies,
                tuple(records.ids),
                # as they would come in: a client's items are not neighbors on the disk
                shifted(SQL("o.date")) if "date" in columns else SQL("o.id, copy"),
            )
        )
        env.cr.execute(SQL("SELECT setval(%s, (SELECT max(id) FROM %s))", f"{records._table}_id_seq", table))
    env.cr.execute("SET LOCAL session_replication_role = origin")
    env.invalidate_all()


def renumber(env, records):
    """How the copies of records are numbered: behind all that there are, in blocks as wide as the originals.

    :return: SQL, to be added to the id of the original
    """
    [(last,)] = env.execute_query(SQL("SELECT max(id) FROM %s", SQL.identifier(records._table)))
    first, width = min(records.ids), max(records.ids) - min(records.ids) + 1
    return SQL("%s + (copy - 1) * %s", last + 1 - first, width)


def copied_value(field, renumbered):
    """What a copy says in a column, `o` being the original.

    :return: SQL
    """
    column = SQL.identifier("o", field.name)
    if field.name == "id":
        return SQL("o.id + %s", renumbered[field.model_name])
    if field.type == "many2one" and field.comodel_name in renumbered:
        return SQL("%s + %s", column, renumbered[field.comodel_name])
    if field.type == "monetary" or field.name == "price_unit":
        return SQL("%s * (1 + copy %% %s)", column, FACTORS)
    if field.type == "date":
        return shifted(column)
    return column


def shifted(column):
    return SQL("%s + copy * 37 %% %s", column, SHIFT_DAYS)


def renamed_values(model, renumbered):
    """What copies say where a number or a name is written out.

    :return: dict, column: SQL
    """
    full, partial = (renumbered.get(f"account.{kind}.reconcile", SQL("0")) for kind in ("full", "partial"))
    match model:
        case "res.partner":
            return dict.fromkeys(("name", "complete_name"), SQL("o.name || ' ' || copy"))
        case "account.move":
            number = SQL("o.id + %s", renumbered[model])
            name = renamed(SQL("o.name"), number)
            return {
                "name": name,
                "payment_reference": SQL("replace(o.payment_reference, o.name, %s)", name),
                "sequence_number": number,
                "sequence_prefix": SQL("regexp_replace(%s, '\\d+$', '')", name),
                "invoice_partner_display_name": SQL("o.invoice_partner_display_name || ' ' || copy"),
            }
        case "account.move.line":
            name = renamed(SQL("o.move_name"), SQL("o.move_id + %s", renumbered["account.move"]))
            return {
                "move_name": name,
                "name": SQL("replace(o.name, o.move_name, %s)", name),
                "matching_number": SQL(
                    "coalesce((o.full_reconcile_id + %s)::text, 'P' || (substr(o.matching_number, 2)::int + %s))",
                    full,
                    partial,
                ),
            }
        case "account.payment":
            return {"name": renamed(SQL("o.name"), SQL("o.move_id + %s", renumbered["account.move"]))}
    return {}


def renamed(name, number):
    """The number of an entry, `INV/2025/00007`, in the year of the copy."""
    return SQL(
        "regexp_replace(%s, '\\d{4}/\\d+$', to_char(%s, 'YYYY/') || lpad((%s)::text, 7, '0'))",
        name,
        shifted(SQL("o.date")),
        number,
    )


# -------------------------------------------------------------------------
# Whether it is what Odoo would have written
# -------------------------------------------------------------------------

COMPUTED = {
    "account.move": ["amount_residual", "amount_total", "amount_untaxed", "payment_state", "sequence_number"],
    "account.move.line": ["amount_residual", "amount_residual_currency", "price_subtotal", "reconciled"],
    "account.payment": ["amount_company_currency_signed", "is_matched", "is_reconciled", "name"],
    "res.partner": ["commercial_partner_id", "complete_name"],
}


def check(env, clients):
    """Let Odoo compute anew what is stored of some clients, and refuse a ledger that says anything else.

    :raise AssertionError: shows the first differences
    """
    found = find_records(env, clients)
    for name, fields_to_check in COMPUTED.items():
        records = found[name]
        stored = records.read(fields_to_check)
        for field in fields_to_check:
            env.add_to_compute(records._fields[field], records)
        computed = records.read(fields_to_check)
        if differences := [pair for pair in zip(stored, computed, strict=True) if pair[0] != pair[1]]:
            raise AssertionError(f"{name}, stored and computed: {differences[:3]}")
    for move in found["account.move"]:
        if not move.currency_id.is_zero(sum(move.line_ids.mapped("balance"))):
            raise AssertionError(f"{move.name} is not balanced")
    env.cr.rollback()


def main(database, items):
    """Fill a database that has no addon yet."""
    with environment(database) as env:
        env = env(context={"tracking_disable": True})
        bank = set_up(env)
        clients = make_clients(env, [f"Client {number}" for number in range(CLIENTS)])
        book_history(env, bank, clients)
        originals = find_records(env, clients)
        copy_records(env, originals, int(items) // (CLIENTS * ITEMS) - 1)
        for number in MANY_CREDITS:
            client = make_clients(env, [f"Client with {number} credits"])
            credit = make_documents(env, "out_refund", client, 330, 20.00)
            copy_records(
                env, {"account.move": credit.move_id, "account.move.line": credit.move_id.line_ids}, number - 1
            )
        env.cr.commit()
        sample = env["res.partner"].search([("name", "=like", "Client % %77")], limit=200)
        check(env, sample + client)


if __name__ == "__main__":
    main(*sys.argv[1:])
