from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ClientRefundCommon

# What may be empty in data that another system's tools wrote, by table: what Odoo fills it may leave empty.
EMPTY = {
    "account_move": [
        *("create_date", "create_uid", "write_date", "write_uid", "invoice_date", "invoice_date_due", "ref"),
        *("commercial_partner_id", "payment_reference", "invoice_user_id", "partner_bank_id"),
    ],
    "account_move_line": ["create_date", "create_uid", "write_date", "write_uid", "date_maturity", "name", "ref"],
    "account_payment": ["create_date", "create_uid", "write_date", "write_uid", "memo", "partner_bank_id"],
    "account_bank_statement_line": ["create_date", "create_uid", "write_date", "write_uid", "account_number"],
    "res_partner": ["create_date", "create_uid", "write_date", "write_uid", "lang", "commercial_partner_id"],
    "res_partner_bank": [
        *("create_date", "create_uid", "write_date", "write_uid", "sanitized_acc_number", "acc_holder_name"),
    ],
}


@tagged("post_install", "-at_install")
class TestBroughtOver(ClientRefundCommon):
    """Data that came by SQL from another system: what core fills may be empty, and takes no list down."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._bank_account("BE111")
        cls.credits = cls._credit_note(10) | cls._payment(20) | cls._bank_receipt(30) | cls._entry(40)
        cls.invoice = cls._invoice(5)
        no_client = cls._entry(50)
        moves = (cls.credits | cls.invoice | no_client).move_id
        cls.no_client = no_client
        cls._empty("account_move", moves)
        cls._empty("account_move_line", moves.line_ids)
        cls._empty("account_payment", moves.origin_payment_id)
        cls._empty("account_bank_statement_line", moves.statement_line_id)
        cls._empty("res_partner", cls.client)
        cls._empty("res_partner_bank", cls.account)
        cls.env.cr.execute(
            SQL("UPDATE account_move_line SET partner_id = NULL WHERE move_id = %s", no_client.move_id.id)
        )
        cls.env.invalidate_all()

    @classmethod
    def _empty(cls, table, records):
        cls.env.flush_all()
        assignments = SQL(", ").join(SQL("%s = NULL", SQL.identifier(column)) for column in EMPTY[table])
        cls.env.cr.execute(
            SQL("UPDATE %s SET %s WHERE id IN %s", SQL.identifier(table), assignments, tuple(records.ids))
        )

    def _page(self, model):
        """The first page of a list, as the web client reads it."""
        records = self.env[model].with_user(self.clerk)
        arch = etree.fromstring(records.get_views([(False, "list")])["views"]["list"]["arch"])
        names = {node.get("name") for node in arch.iter("field")} & records._fields.keys()
        return records.web_search_read([], {name: {} for name in names}, limit=80)["records"]

    def test_lists_open(self):
        clients = [row["partner_id"] for row in self._page("client.credit")]
        self.assertEqual(clients.count(self.client.id), 1)
        self._page("client.refund")
        self.refunds.retrieve_dashboard()

    def test_refunded_and_undone(self):
        wizard = self._opened(self.client.with_user(self.clerk).action_refund_client())
        self.assertEqual(wizard.line_ids.move_line_id, self.credits)
        self.assertEqual(wizard.offset_ids.move_line_id, self.invoice)
        self.assertEqual(wizard.partner_bank_id, self.account)
        wizard.line_ids.selected = True
        wizard.offset_ids.selected = True
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertRecordValues(refund, [{"amount_credit": 100, "amount_offset": 5, "amount": 95}])
        self.assertTrue(refund._is_issued())
        self.assertEqual(set((self.credits | self.invoice).mapped("reconciled")), {True})
        self._page("client.refund")
        refund.action_undo("Wrong client")
        self.assertEqual(self.credits.mapped("amount_residual"), [-10, -20, -30, -40])
        self.assertEqual(self.invoice.amount_residual, 5)

    def test_a_program_refunds_it(self):
        refund = self.refunds.browse(self.refunds.create_refund({"partner_id": self.client.id}))
        self.assertEqual(refund.partner_id, self.client)
        self.assertEqual(refund.amount_credit, 100)

    def test_chosen_by_hand_it_is_refunded(self):
        form = self._shown(self.wizards._open({}))
        form.partner_id = self.client
        self.assertEqual((form.partner_id, len(form.line_ids)), (self.client, 4))

    def test_refunded_from_the_worklist(self):
        [row] = self.env["client.credit"].with_user(self.clerk).search([("partner_id", "=", self.client.id)])
        wizard = self._opened(row.action_refund_client())
        self.assertEqual(wizard.line_ids.filtered("selected").move_line_id, self.credits)

    def test_what_is_nobodys_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, "belong to no client"):
            self.no_client.with_user(self.clerk).action_refund_client()
