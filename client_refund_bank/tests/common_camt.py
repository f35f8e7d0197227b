import base64

from odoo import Command
from odoo.tools import file_open

from .common import BankCommon

FILE = "client_refund_bank/tests/data/statement.xml"

# The clients, and the accounts of theirs that are in the file.
ACCOUNTS = {
    "Alder & Finch LLP": "NL91ABNA0417164300",
    "Birch Holdings": "AT611904300234573201",
    "Cedar SARL": "FR1420041010050500013M02606",
    "Dogwood GmbH": "DE12500105170648489890",
    "Elm Trading SL": "ES9121000418450200051332",
}

# The refunds from CR/2024/00001 on: client and amount.
REFUNDS = (
    ("Alder & Finch LLP", 100),
    ("Birch Holdings", 70),
    ("Alder & Finch LLP", 50),
    ("Dogwood GmbH", 20),
    ("Cedar SARL", 25),
    ("Cedar SARL", 25),
    ("Alder & Finch LLP", 60),
    ("Birch Holdings", 50),
    ("Cedar SARL", 40),
    ("Birch Holdings", 35),
    ("Elm Trading SL", 45),
    ("Elm Trading SL", 30),
)

# The lines that the file becomes: amount, and the number of the refund that it paid.
LINES = (
    (-100, 1),  # it has the end-to-end id and no text
    (-70, 2),  # it has neither: account and amount
    (-49.5, None),  # it names a refund over another amount
    (-19, None),  # it names none, and the payee's refund is over another amount
    (-25, None),  # two refunds of the payee have this amount
    (-60, 7),  # three in one entry, booked as one
    (-50, 8),
    (-40, 9),
    (-35, 10),  # end-to-end id without slashes, beside a structured reference of the payee's own
    (-45, 11),  # the account is no IBAN but the national number
    (-30, 12),
    (30, None),  # the same comes back
)


class CamtCommon(BankCommon):
    """Refunds in euro, and what the bank says of them by a CAMT.053 file, which OCA's importer reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the importer wants more than Odoo's Invoicing
        cls.clerk.group_ids = [Command.link(cls.env.ref("account.group_account_user").id)]
        cls.company.currency_id = cls.currency = cls.env.ref("base.EUR")
        cls.bank.bank_account_id = cls._bank_account("BE68539007547034", cls.company.partner_id)
        cls.client.bank_ids.unlink()
        clients = {client.name: client for client in cls.client | cls.other_client}
        for name, number in ACCOUNTS.items():
            clients[name] = clients.get(name) or cls._create_client(name)
            cls._bank_account(number, clients[name])
        numbers = {"use_date_range": False, "prefix": "CR/2024/", "number_next": 1}
        cls.env.ref("client_refund.sequence_client_refund").sudo().write(numbers)
        cls.issued = cls.refunds.create(
            [
                cls._refund_values(
                    {cls._credit_note(amount, partner=clients[name]): None},
                    partner_id=clients[name].id,
                    date="2024-03-15",
                )
                for name, amount in REFUNDS
            ]
        )
        cls.issued.action_post()

    def _import(self, **context):
        """The lines that come of the file."""
        with file_open(FILE, "rb") as file:
            values = {"statement_filename": "statement.xml", "statement_file": base64.b64encode(file.read())}
        wizard = self.env["account.statement.import"].with_user(self.clerk).with_context(**context).create(values)
        action = wizard.import_file_button()
        return self.env[action["res_model"]].search(action["domain"]).line_ids.sorted("id")

    def _get_leaving_items(self, payments):
        """What the bank is to confirm of payments."""
        return payments.browse().move_id.line_ids.union(*(payment._seek_for_lines()[0] for payment in payments))

    def assertMatched(self, lines):
        """Each line is matched with the refund that it paid, and all else is as it was."""
        for line, (amount, number) in zip(lines, LINES, strict=True):
            refund = self.issued[number - 1] if number else self.refunds
            account = self.outstanding if refund else self.bank.suspense_account_id
            partner = refund.partner_id or line.partner_id
            debit, credit = max(amount, 0), max(-amount, 0)
            self.assertEntry(
                line.move_id,
                [
                    (self.bank.default_account_id, line.partner_id, amount, debit, credit),
                    (account, partner, -amount, credit, debit),
                ],
            )
            item = line.move_id.line_ids.sorted("id")[1]
            partials = line.move_id.line_ids.matched_credit_ids | line.move_id.line_ids.matched_debit_ids
            self.assertEqual(
                [(partial.debit_move_id, partial.credit_move_id, partial.amount) for partial in partials],
                [(item, self._get_leaving_items(refund.payment_ids), -amount)] if refund else [],
            )
            self.assertEqual(line.is_reconciled, bool(refund))
        paid = {number for _amount, number in LINES}
        for number, refund in enumerate(self.issued, start=1):
            self.assertEqual(refund.state, "paid" if number in paid else "in_process")
            residual = 0 if number in paid else -refund.amount
            self.assertEqual(self._get_leaving_items(refund.payment_ids).amount_residual, residual)
