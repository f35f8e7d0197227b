from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientDormantCommon


@tagged("post_install", "-at_install")
class TestDormantUndo(ClientDormantCommon):
    """After undo the ledger is as it was, the trail is kept, and the client is looked for again."""

    def _assert_undone(self, register, before):
        after = self._ledger()
        self.assertEqual({item: after.get(item) for item in before}, before)
        self.assertRecordValues(
            register, [{"state": "contacting", "date": False, "approver_id": False, "attempt_count": 1}]
        )
        self.assertFalse(register.line_ids.counterpart_id)

    def test_undo_cancels_the_entry(self):
        credit_note, receipt = self._credit_note(300), self._payment(200)
        (receipt | self._invoice(80)).reconcile()
        before = self._ledger()
        register = self._hand_over(credit_note | receipt)
        entry = self._get_entry(register)

        register.with_user(self.approver).action_undo("The client wrote to us")

        self._assert_undone(register, before)
        self.assertEqual(entry.state, "cancel")
        self.assertEqual(register.move_ids.with_user(self.accountant), entry)
        self.assertIn("The client wrote to us", register.message_ids[0].body)

    def test_undo_then_refund(self):
        credit_note = self._credit_note(300)
        register = self._hand_over(credit_note)
        register.with_user(self.approver).action_undo("The client wrote to us")

        wizard = self._opened(register.action_refund_client())
        refund = self.refunds.browse(wizard.action_refund()["res_id"])

        self.assertEqual(refund.amount, 300)
        self.assertEqual((credit_note.amount_residual, register.state), (0, "closed"))

    def test_undo_then_hand_over_again(self):
        credit_note = self._credit_note(300)
        register = self._hand_over(credit_note)
        register.with_user(self.approver).action_undo("Too early")
        register.date = "2024-06-01"
        register.action_submit()
        register.with_user(self.approver).action_approve()
        self.assertEqual((credit_note.amount_residual, register.move_count), (0, 2))
        self.assertEqual(self._get_entry(register).date, fields.Date.to_date("2024-06-01"))

    def test_undo_in_a_locked_period_reverses_on_an_open_date(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-04-15", 2.5)])
        credit_note, other = self._credit_note(300, currency=foreign), self._credit_note(100, currency=foreign)
        before = self._ledger()
        register = self._hand_over(credit_note | other)
        entry = self._get_entry(register)
        self._lock_until("2024-05-31")
        with self.assertRaisesRegex(UserError, "2024-05-20 is in a locked period"), self.env.cr.savepoint():
            register.with_user(self.approver).action_undo("The client wrote", date="2024-05-20")

        register.with_user(self.approver).action_undo("The client wrote", date="2024-06-02")

        self._assert_undone(register, before)
        reversal = entry.reversal_move_ids
        self.assertEqual((entry.state, reversal.state), ("posted", "posted"))
        self.assertEqual(reversal.date, fields.Date.to_date("2024-06-02"))
        self.assertEntry(
            reversal,
            [
                (self.receivable, self.client, -300, 0, 150),
                (self.receivable, self.client, -100, 0, 50),
                (self.unclaimed, self.client, 400, 200, 0),
            ],
        )
        self.assertRecordValues(
            (entry | reversal).line_ids,
            [{"amount_residual": 0, "amount_residual_currency": 0, "reconciled": True}] * 6,
        )
        self.assertFalse(self._receivable_items(reversal)._filter_open_credits())
        for act in (reversal.button_draft, reversal.line_ids.remove_move_reconcile):
            with self.assertRaisesRegex(UserError, register.name), self.env.cr.savepoint():
                act()

    def test_reversal_before_the_entry_is_refused(self):
        self.misc.restrict_mode_hash_table = True
        register = self._hand_over(self._credit_note(300))
        self.assertTrue(self._get_entry(register).inalterable_hash)
        with self.assertRaisesRegex(UserError, "is dated 2024-05-01 and can't be reversed before"):
            register.with_user(self.approver).action_undo("Wrong", date="2024-04-30")

    def test_paid_on_to_the_state(self):
        register = self._hand_over(self._credit_note(300))
        unclaimed = self._get_unclaimed(register)
        paid = self._pay_on(300)
        (unclaimed | paid).reconcile()
        with self.assertRaisesRegex(UserError, rf"was paid with {paid.move_id.name}.*claim the money back"):
            register.with_user(self.approver).action_undo("The client wrote")

    def test_who_may_undo(self):
        register = self._hand_over(self._credit_note(300))
        with self.assertRaises(AccessError):
            register.action_undo("I want to")
        with self.assertRaisesRegex(UserError, "Enter a reason"):
            register.with_user(self.approver).action_undo("  ")

    def test_younger_credits_are_taken_over(self):
        register = self._hand_over(self._credit_note(300))
        younger = self._register(self._payment(40))
        self.assertNotEqual(younger, register)

        register.with_user(self.approver).action_undo("The client wrote")

        self.assertEqual((register.amount, younger.state), (340, "closed"))

    def test_more_is_open_since(self):
        """What a refund paid out or an invoice took of a credit, and is open again, stays open."""
        credit_note, receipt = self._credit_note(300), self._payment(200)
        refund, invoice = self._refund({credit_note: 100}), self._invoice(80)
        (receipt | invoice).reconcile()
        register = self._hand_over(credit_note | receipt)
        refund.action_undo("Wrong client")
        invoice.remove_move_reconcile()
        younger = self._hand_over(receipt, date="2024-05-02")
        self.assertEqual((register.amount, younger.amount), (320, 80))

        (register | younger).with_user(self.approver).action_undo("The client wrote")

        self.assertEqual((credit_note | receipt).mapped("amount_residual"), [-300, -200])
        self.assertEqual((register.amount, younger.amount), (0, 500))

    def test_younger_of_the_same_credit(self):
        """What was used up when this was handed over, and is open again since, is looked for once."""
        used = self._credit_note(100)
        register = self._register(self._credit_note(300) | used)
        refund = self._refund({used: None})
        register = self._ask(register.line_ids.move_line_id)
        register.with_user(self.approver).action_approve()
        refund.action_undo("Wrong client")
        younger = self._register(used | self._payment(40))

        register.with_user(self.approver).action_undo("The client wrote")

        self.assertRecordValues(
            register | younger, [{"amount": 440, "state": "contacting"}, {"amount": 0, "state": "closed"}]
        )

    def test_several_of_one_client_at_once(self):
        first = self._hand_over(self._credit_note(300))
        second = self._hand_over(self._payment(40))

        (first | second).with_user(self.approver).action_undo("The client wrote")
        self.env.flush_all()

        self.assertRecordValues(
            first | second, [{"amount": 0, "state": "closed"}, {"amount": 340, "state": "contacting"}]
        )

    def test_client_of_another_parent(self):
        """The credits are open again, and are its new owner's."""
        credit = self._credit_note(300)
        register = self._hand_over(credit)
        self.client.parent_id = self._create_client("Group")
        register.with_user(self.approver).action_undo("The client wrote")
        self.assertEqual((credit.amount_residual, register.state), (-300, "closed"))
        self.assertEqual(self._register(credit).partner_id, self.client.parent_id)

    def test_dialog(self):
        register = self._hand_over(self._credit_note(300))
        self._lock_until("2024-05-31")
        dialog = (
            self.env["client.refund.undo"]
            .with_user(self.approver)
            .with_context(active_model=register._name, active_ids=register.ids)
            .create({"reason": "The client wrote", "date": "2024-06-02"})
        )
        self.assertTrue(dialog.needs_reversal)
        self.assertIn("The entry is in a locked period", dialog.alerts["reversal"]["message"])
        dialog.action_undo()
        self.assertEqual(register.state, "contacting")


@tagged("post_install", "-at_install")
class TestDormantOneOwner(ClientDormantCommon):
    """The hand-over can't be changed behind the register's back; the error names Undo."""

    def test_entry_and_reconciliations(self):
        credit_note, receipt = self._credit_note(300), self._payment(50)
        register = self._hand_over(credit_note | receipt)
        entry = self._get_entry(register)
        items = entry.line_ids.filtered(lambda item: item.account_id == self.receivable)
        other = self._entry(70)
        amounts = dict.fromkeys(("amount", "debit_amount_currency", "credit_amount_currency"), 70)
        values = {"debit_move_id": items[0].id, "credit_move_id": other.id, **amounts}
        flags = {"force_delete": True, "check_move_validity": False, "skip_readonly_check": True}
        before = self._ledger()
        for act in (
            entry.button_draft,
            entry.button_cancel,
            entry.unlink,
            lambda: entry.write({"date": "2024-06-01"}),
            lambda: entry.write({"client_dormant_id": False}),
            lambda: entry.with_context(**flags).write({"line_ids": [Command.clear()]}),
            lambda: entry._reverse_moves([{"date": "2024-06-01"}]),
            lambda: entry._reverse_moves([{"date": "2024-06-01"}], cancel=True),
            lambda: items[0].write({"partner_id": self.other_client.id}),
            lambda: items[0].write({"account_id": self.unclaimed.id}),
            items.remove_move_reconcile,
            credit_note.remove_move_reconcile,
            items.matched_credit_ids.unlink,
            lambda: items.matched_credit_ids.write({"client_dormant_id": False}),
            lambda: items.matched_credit_ids[0].write({"amount": 1}),
            lambda: self.env["account.partial.reconcile"].create(values),
            credit_note.move_id.button_draft,
            receipt.move_id.origin_payment_id.action_draft,
            receipt.move_id.origin_payment_id.action_cancel,
        ):
            with self.assertRaisesRegex(UserError, rf"{register.name}.*choose Undo"), self.env.cr.savepoint():
                act()
            self.assertEqual(self._ledger(), before)

    def test_nobody_lends_the_register_an_entry(self):
        register = self._register(self._credit_note(300))
        stranger = self._entry(70).move_id
        for act in (
            lambda: stranger.write({"client_dormant_id": register.id}),
            lambda: stranger.copy({"client_dormant_id": register.id}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                act()

    def test_unclaimed_money_may_be_reconciled(self):
        """It waits for what is paid on."""
        register = self._hand_over(self._credit_note(300))
        unclaimed = self._get_unclaimed(register)
        self.assertEqual(unclaimed.amount_residual, -300)
        (unclaimed | self._pay_on(300)).reconcile()
        self.assertTrue(unclaimed.reconciled)
