"""What core's ordinary acts take with the addons and without them.

The same acts are done in turns on the ledger without the addons and on its copy with them, in one process, and rolled
back.
"""

from datetime import timedelta
from statistics import median

from ledger import make_clients, make_documents, make_payments
from measure import cost_of, row

from odoo.fields import Date

ROUNDS = 10


class Books:
    """A ledger, and what ordinary acts need of it."""

    def __init__(self, env):
        self.env = env
        self.bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
        self.clients = make_clients(env, ["Ordinary 1", "Ordinary 2", "Ordinary 3"])
        self.invoices = make_documents(env, "out_invoice", self.clients, 30, 100)
        self.credit_notes = make_documents(env, "out_refund", self.clients, 20, 100)
        self.receipts = make_payments(env, self.bank, make_documents(env, "out_invoice", self.clients, 30, 50), 10)
        self.settled = make_documents(env, "out_invoice", self.clients, 30, 70)
        for item, receipt in zip(self.settled, make_payments(env, self.bank, self.settled, 10), strict=True):
            (item | receipt).reconcile()
        env.flush_all()

    def create(self):
        make_documents(self.env, "out_invoice", self.clients, 5, 10, 20)

    def credit(self):
        make_documents(self.env, "out_refund", self.clients, 5, 10, 20)

    def receive(self):
        make_payments(self.env, self.bank, self.invoices, 1)

    def pay(self):
        wizards = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoices.move_id.ids
        )
        wizards.create({"journal_id": self.bank.id}).action_create_payments()

    def reconcile(self):
        for invoice, credit in zip(self.invoices, self.credit_notes, strict=True):
            (invoice | credit).reconcile()

    def unreconcile(self):
        self.settled.remove_move_reconcile()

    def reset(self):
        self.invoices.move_id.button_draft()

    def cancel(self):
        self.receipts.move_id.origin_payment_id.action_cancel()

    def delete(self):
        self.invoices.move_id.button_draft()
        self.invoices.move_id.unlink()

    def import_statement(self):
        # in Community nobody but the system has the right
        self.env["account.bank.statement.line"].sudo().create(
            [
                {
                    "journal_id": self.bank.id,
                    "partner_id": client.id,
                    "payment_ref": "Receipt",
                    "amount": 10,
                    "date": Date.today() - timedelta(days=1),
                }
                for client in self.clients
            ]
        )

    def rename(self):
        for client in self.clients:
            client.write({"name": f"{client.name} Ltd", "phone": "1"})


ACTS = {
    "invoices created and posted": Books.create,
    "credit notes created and posted": Books.credit,
    "receipts created and posted": Books.receive,
    "invoices paid with the wizard": Books.pay,
    "items reconciled": Books.reconcile,
    "items unreconciled": Books.unreconcile,
    "invoices reset to draft": Books.reset,
    "payments canceled": Books.cancel,
    "invoices deleted": Books.delete,
    "statement lines created": Books.import_statement,
    "clients edited": Books.rename,
}


def measure_both(act, both, is_reversed):
    """What an act takes in two books. Which of them is first is changed each time: the second may find things warm.

    :return: list of Cost, in the order of the books
    """
    books_in_turn = both[::-1] if is_reversed else both
    costs = [cost_of(books.env, act, books) for books in books_in_turn]
    return costs[::-1] if is_reversed else costs


def measure_others(env, plain_env, say):
    """The rows of the figure `others`.

    :param plain_env: the environment of a ledger without the addons
    """
    say(f"doing {len(ACTS)} ordinary acts {ROUNDS} times with the addons and without")
    both = Books(plain_env), Books(env)
    rows, totals = [], ([], [])
    for name, act in ACTS.items():
        for books in both:  # what is done for the first time
            cost_of(books.env, act, books)
        costs = [measure_both(act, both, number % 2) for number in range(ROUNDS)]
        more = max(own.queries - plain.queries for plain, own in costs)
        rows.append(row("others", f"{name}, more SQL", [more], "queries", at_most=0))
        for side, total in enumerate(totals):
            total.append([pair[side].cpu for pair in costs])
    # one number for all: a single act takes too short a time
    by_round = [[sum(act[number] for act in total) for number in range(ROUNDS)] for total in totals]
    more = [(own / plain - 1) * 100 for plain, own in zip(*by_round, strict=True)]
    rows.append(row("others", "all of these, more processor time", more, "%", at_most=2))
    say(f"without the addons {median(by_round[0]):.2f} s, with them {median(by_round[1]):.2f} s")
    for books in both:
        books.env.cr.rollback()
    return rows
