from odoo import Command
from odoo.tools import float_is_zero, format_amount

from odoo.addons.client_refund.tools.amounts import is_finite


class WrongCell(str):
    """A cell that can't be read, and what is wrong with it; whoever reads the file finds out."""

    def __new__(cls, text, problem):
        cell = super().__new__(cls, text)
        cell.problem = problem
        return cell


class RefundRow:
    """A row of a file of refunds: what it says, what it takes, or what is wrong with it."""

    def __init__(self, env, number, cells):
        self.env = env
        self.number = number  # as Odoo's import screen counts: the first row below the headings is 1
        self.cells = cells
        self.values = {}
        self.credits = []  # (account.move.line, positive amount), what the refund takes
        self.problem = next((cell.problem for cell in cells if isinstance(cell, WrongCell)), None)

    @property
    def company(self):
        return self.env["res.company"].browse(self.values.get("company_id")) or self.env.company

    @property
    def client(self):
        return self.env["res.partner"].browse(self.values.get("partner_id")).commercial_partner_id

    @property
    def reference(self):
        return self.values.get("external_reference")

    def refuse(self, problem):
        """Keep the first thing that is wrong with this row."""
        self.problem = self.problem or problem

    def choose_client(self, name, clients):
        """Refuse a client that is none, or may be several.

        :param name: str, what the row says
        :param clients: res.partner, those whom that may mean
        """
        if name and not clients:
            self.refuse(self.env._("there is no client with this name or reference. Correct it."))
        elif len(clients) > 1:
            self.refuse(
                self.env._(
                    "this is the name or reference of %(count)s clients. Give the reference or the database id of "
                    "one: %(clients)s.",
                    count=len(clients),
                    clients=", ".join(f"{client.ref or client.display_name} ({client.id})" for client in clients),
                )
            )
        else:
            self.values["partner_id"] = clients.id

    def check(self):
        """Refuse what is wrong with this row by itself."""
        amount = self.values.get("amount_to_refund", 0.0)
        if not self.values.get("partner_id"):
            self.refuse(self.env._("it has no client. Give the name or reference of a client."))
        elif not self.reference:
            self.refuse(
                self.env._(
                    "it has no reference. Give each row its own external reference, so that the row is recognized "
                    "when the file is imported again."
                )
            )
        elif not is_finite(amount) or amount <= 0:
            self.refuse(self.env._("the amount must be a positive number. Correct it."))

    def take(self, credits, held_back, left):
        """Take open credits up to the amount of this row, the oldest first, or refuse it.

        :param credits: account.move.line, the client's, oldest first
        :param held_back: dict, account.move.line: (code, text), which are not taken, and why
        :param left: dict, account.move.line: amount that the rows before have left of it
        """
        refundable = credits.filtered(lambda credit: credit not in held_back)
        currency = self.env["res.currency"].browse(self.values.get("currency_id")) or refundable.currency_id
        if len(currency) > 1:
            self.refuse(
                self.env._(
                    "the client has open credits in %(currencies)s. Give the currency.",
                    currencies=", ".join(currency.mapped("name")),
                )
            )
            return
        currency = currency or self.company.currency_id
        amount = currency.round(self.values["amount_to_refund"])
        if not amount or not float_is_zero(amount - self.values["amount_to_refund"], precision_digits=6):
            self.refuse(
                self.env._("the amount has more decimals than %(currency)s. Round it first.", currency=currency.name)
            )
            return
        missing = amount
        for credit in refundable.filtered(lambda credit: credit.currency_id == currency):
            share = min(missing, left[credit])
            if share > 0:
                self.credits.append((credit, share))
                missing = currency.round(missing - share)
        if missing > 0:
            problem = self.env._(
                "only %(open)s of it is open and not reserved by other refunds or rows. Refund at most that.",
                open=format_amount(self.env, amount - missing, currency),
            )
            reasons = (text for credit, (_code, text) in held_back.items() if credit in credits)
            self.refuse(" ".join(dict.fromkeys([problem, *reasons])))
            return
        for credit, share in self.credits:
            left[credit] = currency.round(left[credit] - share)

    def prepare_refund_vals(self):
        """The values of the refund of this row.

        :return: dict
        """
        return {
            **{name: value for name, value in self.values.items() if name != "amount_to_refund"},
            "currency_id": self.credits[0][0].currency_id.id,
            "line_ids": [
                Command.create({"move_line_id": credit.id, "amount": amount}) for credit, amount in self.credits
            ],
        }

    def get_message(self):
        """What the import screen shows: it names the row, and stands for it alone.

        :return: dict
        """
        return {
            "type": "error",
            "record": self.number,
            "rows": {"from": self.number - 1, "to": self.number - 1},
            "message": self.env._(
                "Row %(number)s (%(cells)s) was left out: %(problem)s",
                number=self.number,
                cells=", ".join(str(cell) for cell in self.cells if cell),
                problem=self.problem,
            ),
        }
