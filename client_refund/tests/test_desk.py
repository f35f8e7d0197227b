from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.client_refund.tools.names import is_same_name

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestDesk(ClientRefundCommon):
    """What a clerk types and presses at the desk does what it says."""

    def _form(self, client=None):
        form = Form(self.wizards)
        form.partner_id = client or self.client
        return form

    def _amounts(self, wizard):
        return [(line.move_line_id, line.selected, line.amount) for line in wizard.line_ids]

    def _label(self, form):
        return (form.confirm_label or "").replace("\N{NO-BREAK SPACE}", "")

    # ------------------------------------------------------------------
    # A typed total
    # ------------------------------------------------------------------

    def test_a_typed_total_takes_the_oldest_credits(self):
        entry, credit_note, payment = self._entry(40), self._credit_note(300), self._payment(200)
        form = self._form()
        form.amount = 100
        self.assertEqual(form.amount, 100)
        self.assertEqual(
            self._amounts(form.save()), [(entry, True, 40), (credit_note, True, 60), (payment, False, 200)]
        )
        form.amount = 540
        self.assertEqual(
            self._amounts(form.save()), [(entry, True, 40), (credit_note, True, 300), (payment, True, 200)]
        )

    def test_a_typed_total_takes_what_is_ticked_first(self):
        entry, credit_note, payment = self._entry(40), self._credit_note(300), self._payment(200)
        form = self._form()
        with form.line_ids.edit(0) as line:
            line.selected = False
        form.amount = 310
        self.assertEqual(
            self._amounts(form.save()), [(entry, False, 40), (credit_note, True, 300), (payment, True, 10)]
        )

    def test_a_total_that_does_not_fit_says_so(self):
        self._credit_note(300)
        uncleared = self._outstanding_payment(50)
        form = self._form()
        with self.assertLogs("odoo.tests.form.onchange", level="WARNING") as logs:
            form.amount = 1000
        self.assertIn("300.00 can be refunded.", logs.output[0])
        self.assertEqual(form.amount, 300)
        self.assertNotIn(uncleared, form.save()._get_refund_credits())

    def test_a_total_of_nothing(self):
        self._credit_note(300)
        form = self._form()
        form.amount = 0
        self.assertFalse(form.save()._get_selected_lines())
        form.amount = -5
        self.assertEqual(form.amount, 0)

    def test_a_typed_total_is_what_is_paid_out_beside_what_is_settled(self):
        self.company.client_refund_offset_policy = "propose"
        self._invoice(120)
        credit_note, payment = self._credit_note(300), self._payment(200)
        form = self._form()
        self.assertEqual((form.amount, form.amount_offset), (380, 120))
        form.amount = 100
        self.assertEqual((form.amount, form.amount_offset), (100, 120))
        self.assertEqual(self._amounts(form.save()), [(credit_note, True, 220), (payment, False, 200)])

    def test_what_others_hold_is_not_taken(self):
        credit_note = self._credit_note(300)
        self._draft({credit_note: 250})
        payment = self._payment(200)
        form = self._form()
        form.amount = 100
        self.assertEqual(self._amounts(form.save()), [(credit_note, True, 50), (payment, True, 50)])

    def test_ticks_say_the_total_and_tick_all_says_what_is_so(self):
        self._credit_note(300)
        self._payment(200)
        form = self._form()
        self.assertTrue(form.select_all)
        with form.line_ids.edit(0) as line:
            line.selected = False
        self.assertEqual((form.select_all, form.amount), (False, 200))
        with form.line_ids.edit(0) as line:
            line.selected = True
        self.assertEqual((form.select_all, form.amount), (True, 500))

    # ------------------------------------------------------------------
    # The main button
    # ------------------------------------------------------------------

    def test_the_button_says_what_it_does(self):
        self.company.write(
            {
                "client_refund_approval_policy": "above",
                "client_refund_approval_amount": 1000,
                "client_refund_offset_policy": "propose",
            }
        )
        self._credit_note(1500)
        form = self._form()
        self.assertEqual(self._label(form), "Ask for Approval of $1,500.00")
        form.amount = 500
        self.assertEqual(self._label(form), "Refund $500.00")
        self._invoice(2000)
        self.assertEqual(self._label(self._form()), "Settle $1,500.00")
        self.assertFalse(self._label(self._form(self.other_client)))

    def test_a_blocked_client_has_no_button(self):
        self._credit_note(300)
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        form = self._form()
        self.assertFalse(form.confirm_label)
        self.assertIn("In dispute", form.alerts["blocked"]["message"])

    # ------------------------------------------------------------------
    # Opened on something
    # ------------------------------------------------------------------

    def test_of_chosen_items_what_is_no_credit_is_told(self):
        entry = self._entry(40)
        action = entry.move_id.line_ids.with_user(self.clerk).action_refund_client()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("is not a receivable account", action["params"]["message"])
        wizard = self._opened(action["params"]["next"])
        self.assertEqual(wizard._get_refund_credits(), entry)
        action = (entry | self._invoice(50)).with_user(self.clerk).action_refund_client()
        self.assertIn("is owed by the client", action["params"]["message"])
        with self.assertRaisesRegex(UserError, "is not a receivable account"):
            (entry.move_id.line_ids - entry).with_user(self.clerk).action_refund_client()

    def test_elsewhere_than_on_a_row_of_which_all_is_held_back(self):
        """What was certain of the row says nothing of another client."""
        self._outstanding_payment(40)
        other = self._credit_note(10, partner=self.other_client)
        row = self.env["client.credit"].with_user(self.clerk).search([("partner_id", "=", self.client.id)])
        action = row.action_refund_client()
        defaults = {name: value for name, value in action["context"].items() if name.startswith("default_")}
        form = Form(self.wizards.with_user(self.clerk).with_context(**defaults))
        self.assertFalse(form.select_all)
        form.partner_id = self.other_client
        self.assertTrue(form.select_all)
        self.assertEqual(form.save()._get_refund_credits(), other)

    # ------------------------------------------------------------------
    # Again
    # ------------------------------------------------------------------

    def test_refund_again(self):
        """What was taken back is refunded again with the same lines, as far as they are open."""
        self.company.client_refund_offset_policy = "warn"
        invoice = self._invoice(100)
        credit_note, payment, left_out = self._credit_note(300), self._payment(200), self._entry(7)
        refund = self._refund(
            {credit_note: 120, payment: 200},
            offset_ids=[(0, 0, {"move_line_id": invoice.id, "amount": 30})],
            memo="Sorry",
        )
        refund.action_undo("Wrong account")
        (self._invoice(150) | payment).reconcile()
        wizard = self._opened(refund.with_user(self.clerk).action_refund_again())
        self.assertEqual(self._amounts(wizard), [(left_out, False, 7), (credit_note, True, 120), (payment, True, 50)])
        self.assertEqual(
            [(offset.move_line_id, offset.selected, offset.amount) for offset in wizard.offset_ids][:1],
            [(invoice, True, 30)],
        )
        self.assertEqual((wizard.memo, wizard.journal_id), ("Sorry", refund.journal_id))
        again = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertNotEqual(again, refund)
        self.assertRecordValues(
            again.line_ids,
            [{"move_line_id": credit_note.id, "amount": 120}, {"move_line_id": payment.id, "amount": 50}],
        )
        self.assertRecordValues(again, [{"amount": 140, "amount_offset": 30}])

    def test_counters_leave_out_what_is_canceled(self):
        credit_note = self._credit_note(300)
        self._refund({credit_note: None}).action_undo("Twice")
        self.assertEqual((credit_note.move_id.client_refund_count, self.client.client_refund_count), (0, 0))
        self._draft({credit_note: None})
        self.env.invalidate_all()
        self.assertEqual((credit_note.move_id.client_refund_count, self.client.client_refund_count), (1, 1))

    # ------------------------------------------------------------------
    # In whose name the account is
    # ------------------------------------------------------------------

    def test_same_names(self):
        for name, other in (
            ("Blue Heron Brewing Co.", "BLUE HERON BREWING"),
            ("Tomás Rivera", "Rivera, Tomas"),
            ("J. Smith", "John Smith"),
            ("Jon Smith", "John Smith"),
            ("S.A.R.L. Dupont", "Dupont"),
            ("株式会社", "株式会社"),
        ):
            self.assertTrue(is_same_name(name, other), f"{name}, {other}")
        for name, other in (
            ("Alder & Finch LLP", "Birch Holdings LLP"),
            ("John Smith", "Jane Smith"),
            ("Lakeside Hotel Group", "Hotel"),
            ("", "John Smith"),
        ):
            self.assertFalse(is_same_name(name, other), f"{name}, {other}")

    def test_another_holder_is_a_risk(self):
        account = self._bank_account("BE111")
        self.client.bank_ids = account
        self._credit_note(300)
        self.assertNotIn("other_holder", self._form().alerts or {})
        account.acc_holder_name = "Alder and Finch"
        self.assertNotIn("other_holder", self._form().alerts or {})
        account.acc_holder_name = "Mallory Quick"
        alert = self._form().alerts["other_holder"]
        self.assertEqual(alert["level"], "danger")
        self.assertIn("The holder of account BE111 is Mallory Quick", alert["message"])
        refund = self.refunds.browse(self._form().save().action_refund()["res_id"])
        self.assertEqual(refund.payee_name, "Mallory Quick")
        self.assertEqual(self._draft({self._credit_note(10): None}, partner_bank_id=False).payee_name, self.client.name)
        self.assertIn("other_holder", refund.risks)
