from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_offset import OffsetCommon


@tagged("post_install", "-at_install")
class TestOffsetPolicy(OffsetCommon):
    """What the firm's policy makes of open invoices, in the wizard and for programs."""

    def test_require(self):
        self.company.client_refund_offset_policy = "require"
        draft = self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        with self.assertRaisesRegex(UserError, f"the client owes {self.late_invoice.move_id.name}.* must be settled"):
            self._rpc(self.clerk, draft, "action_submit")
        draft.write({"offset_ids": self._offsets({self.late_invoice: 79})})
        with self.assertRaisesRegex(UserError, "must be settled first"):
            draft.action_submit()
        draft.offset_ids[1].amount = 80
        draft.action_submit()
        self.assertRecordValues(draft, [{"amount": 50, "amount_offset": 200}])

    def test_require_is_not_got_round_by_a_block(self):
        self.company.client_refund_offset_policy = "require"
        for invoice in self.early_invoice | self.late_invoice:
            self._rpc(self.clerk, invoice.move_id, "action_toggle_block_payment")
        refund = self._submit({self.new_credit: None})
        self.assertEqual(refund.state, "to_approve")
        self.assertEqual(list(refund.risks), ["blocked_invoice"])
        self.assertIn(self.late_invoice.move_id.name, refund.approval_reason)

    def test_require_where_the_credits_are_used_up(self):
        self.company.client_refund_offset_policy = "require"
        refund = self._refund({self.old_credit: None}, offset_ids=self._offsets({self.early_invoice: 100}))
        self.assertEqual(refund.state, "paid")

    def test_require_of_programs(self):
        self.company.client_refund_offset_policy = "require"
        with self.assertRaisesRegex(UserError, "must be settled first"), self.env.cr.savepoint():
            self.refunds.create_refund({"partner_id": self.client.id, "offset": False})
        self.assertEqual(self.refunds.browse(self.refunds.create_refund({"partner_id": self.client.id})).amount, 150)

    def _form(self):
        form = Form(self.wizards)
        form.partner_id = self.client
        return form

    def _proposed(self, wizard):
        return [
            (offset.move_line_id, offset.selected, offset.amount, offset.amount_settled) for offset in wizard.offset_ids
        ]

    def test_wizard_proposes(self):
        wizard = self._form().save()
        self.assertEqual(
            self._proposed(wizard), [(self.early_invoice, True, 120, 120), (self.late_invoice, True, 80, 80)]
        )
        self.assertRecordValues(
            wizard,
            [{"amount_credit": 350, "amount_offset": 200, "amount": 150, "balance_before": -150, "balance_after": 0}],
        )
        self.assertFalse(wizard.alerts)
        self.assertEqual(wizard.line_ids.mapped("amount_offset"), [100, 100])
        self.assertEqual(
            wizard.offset_ids[0].settled_from, f"{self.old_credit.move_id.name}, {self.new_credit.move_id.name}"
        )
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertRecordValues(refund, [{"amount_offset": 200, "amount": 150}])

    def test_wizard_warns(self):
        self.company.client_refund_offset_policy = "warn"
        wizard = self._form().save()
        self.assertEqual(
            self._proposed(wizard), [(self.early_invoice, False, 120, 0), (self.late_invoice, False, 80, 0)]
        )
        self.assertRegex(wizard.alerts["also_owes"]["message"], r"200\.00")
        self.assertEqual(wizard.amount, 350)

    def test_wizard_ignores(self):
        self.company.client_refund_offset_policy = "ignore"
        wizard = self._form().save()
        self.assertFalse(wizard.offset_ids)
        self.assertFalse(wizard.alerts)

    def test_wizard_previews_while_the_clerk_ticks(self):
        form = self._form()
        with form.line_ids.edit(1) as line:
            line.selected = False
        self.assertEqual((form.amount_credit, form.amount_offset, form.amount), (100, 100, 0))
        with form.offset_ids.edit(0) as offset:
            self.assertEqual(offset.amount_settled, 100)
            offset.amount = 30
        with form.offset_ids.edit(1) as offset:
            self.assertEqual(offset.amount_settled, 70)
            offset.selected = False
        self.assertEqual((form.amount_offset, form.amount), (30, 70))
        wizard = form.save()
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertSettled(refund, [(self.old_credit, self.early_invoice, 30)])
        self.assertPairs(refund, [(self.old_credit, 70)])

    def test_wizard_passes_a_wrong_amount_on(self):
        form = self._form()
        with form.offset_ids.edit(0) as offset:
            offset.amount = -100
        with self.assertRaisesRegex(UserError, f"{self.early_invoice.move_id.name}.* the amount must be positive"):
            form.save().action_refund()

    def test_wizard_shows_what_was_settled_meanwhile(self):
        draft = self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        (self.early_invoice | self._payment(120)).reconcile()
        wizard = self._opened(draft.action_edit())
        self.assertIn(self.early_invoice, wizard.offset_ids.filtered("selected").move_line_id)
        with self.assertRaisesRegex(UserError, "nothing is open any more"):
            wizard.action_refund()

    def test_wizard_with_fields_cleared(self):
        self._draft({self.new_credit: 10})
        for name in ("currency_id", "company_id", "date", "journal_id"):
            wizard = self.wizards.new({"partner_id": self.client.id})
            self.assertTrue(wizard.line_ids)
            wizard[name] = False
            for field in ("alerts", "needs_approval", "exchange_difference", "amount", "balance_after"):
                self.assertIsNotNone(wizard[field])

    def test_wizard_settles_only(self):
        form = self._form()
        with form.line_ids.edit(1) as line:
            line.selected = False
        refund = self.refunds.browse(form.save().action_refund()["res_id"])
        self.assertRecordValues(refund, [{"state": "paid", "amount": 0, "amount_offset": 100}])
        self.assertFalse(refund.payment_ids)

    def test_wizard_changes_the_offsets_of_a_draft(self):
        draft = self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: 50}))
        wizard = self._opened(draft.action_edit())
        self.assertEqual(
            self._proposed(wizard), [(self.early_invoice, True, 50, 50), (self.late_invoice, False, 80, 0)]
        )
        wizard.offset_ids[1].selected = True
        wizard.action_save_draft()
        self.assertEqual(draft.offset_ids.mapped("amount"), [50, 80])
