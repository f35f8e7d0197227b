from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_client_credit import ClientCreditCommon


@tagged("post_install", "-at_install")
class TestClientCreditActs(ClientCreditCommon):
    """What is done from a row of the worklist."""

    def _ticked(self, action):
        return self._opened(action).line_ids.filtered("selected").move_line_id

    def test_refund_ticks_what_the_row_is_of(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Another receivable"})
        others = self._entry(70, account=other_account)
        credits = self._credit_note(40) | self._payment(30)
        uncleared = self._outstanding_payment(100)
        reserved = self._credit_note(5)
        self._draft({reserved: 5})
        rows = self._rows().grouped("account_id")

        action = rows[self.receivable].action_refund_client()
        self.assertEqual(self._ticked(action), credits)
        wizard = self._opened(action)
        self.assertEqual(wizard.line_ids.move_line_id, credits | uncleared | reserved | others)
        self.assertEqual(self._ticked(rows[other_account].action_refund_client()), others)

    def test_refund_ticks_nothing_where_nothing_is_certain(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Another receivable"})
        self._entry(70, account=other_account)
        self._outstanding_payment(100)
        row = self._rows().filtered(lambda row: row.account_id == self.receivable)
        self.assertFalse(self._ticked(row.action_refund_client()))

    def test_refund_of_another_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        self._credit_note(100)
        foreign = self._credit_note(90, currency=currency)
        action = self._rows().filtered(lambda row: row.currency_id == currency).action_refund_client()
        self.assertEqual(self._ticked(action), foreign)
        self._opened(action).action_refund()
        self.assertEqual(self._rows().currency_id, self.currency)

    def test_another_client_or_currency_in_the_wizard_of_a_row(self):
        """What the row was of says nothing of that: everything available is ticked."""
        currency = self.setup_other_currency("EUR")
        self._credit_note(50)
        foreign = self._credit_note(30, currency=currency)
        others = self._credit_note(10, partner=self.other_client) | self._payment(20, partner=self.other_client)
        uncleared = self._outstanding_payment(40, partner=self.other_client)
        row = self._rows().filtered(lambda row: row.partner_id == self.client and row.currency_id == self.currency)
        form = self._shown(row.action_refund_client())
        form.currency_id = currency
        self.assertTrue(form.select_all)
        self.assertEqual(form.save()._get_refund_credits(), foreign)

        form = self._shown(row.action_refund_client())
        form.partner_id = self.other_client
        self.assertTrue(form.select_all)
        wizard = form.save()
        self.assertEqual(wizard._get_refund_credits(), others)
        self.assertEqual(wizard.line_ids.move_line_id, others | uncleared)

    def test_a_row_that_is_gone(self):
        credit = self._credit_note(100)
        row = self._rows()
        self.refunds.create_refund({"partner_id": self.client.id})
        for method in ("action_refund_client", "action_view_credits"):
            with self.assertRaisesRegex(
                UserError, rf"{credit.move_id.name}.* of {self.client.name} \(.*100\.00\): .*open any more.*Reload"
            ):
                getattr(row, method)()
        # a row of something that was deleted, or that the user may not read
        with self.assertRaisesRegex(UserError, "do not exist any more. Reload"):
            row.browse(-row.id).action_refund_client()

    def test_view_credits(self):
        credit_note = self._credit_note(100)
        self.assertEqual(self._rows().action_view_credits()["res_id"], credit_note.move_id.id)
        payment = self._payment(20)
        action = self._rows().action_view_credits()
        self.assertEqual(self.env["account.move.line"].search(action["domain"]), credit_note | payment)

    def test_smart_button_of_the_client(self):
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id})
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        credit_note = self._credit_note(100)
        self._credit_note(90, currency=currency)
        self._draft({credit_note: 40})
        for partner in self.client | contact:
            partner = partner.with_user(self.clerk)
            self.assertRecordValues(partner, [{"client_credit_open": 130, "client_credit_refundable": 90}])
            action = partner.action_open_client_credits()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self._rows())
        self.assertEqual(self.other_client.with_user(self.clerk).client_credit_open, 0)
