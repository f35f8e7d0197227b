from contextlib import closing

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestUndo(ClientRefundCommon):
    """After undo the ledger is as it was before, and the trail is kept."""

    def _assert_undone(self, refund, before):
        """Every item of before has the residual, states and reconciliations that it had."""
        after = self._ledger()
        self.assertEqual({item: after.get(item) for item in before}, before)
        self.assertEqual(refund.state, "canceled")
        self.assertEqual(refund.payment_ids.mapped("state"), ["canceled"] * len(refund.payment_ids))

    def test_undo_restores_everything(self):
        """Also what the credits were reconciled with before the refund."""
        invoice, payment = self._invoice(80), self._payment(200)
        (invoice | payment).reconcile()
        credit_note = self._credit_note(300)
        bank = self._bank_receipt(30)
        before = self._ledger()
        refund = self._refund({payment: None, credit_note: 100, bank: None})
        self.assertNotEqual(self._ledger(), before)

        refund.action_undo("Wrong client")

        self._assert_undone(refund, before)
        self.assertEqual(refund.payment_ids.move_id.state, "cancel")
        self.assertIn("Wrong client", refund.message_ids[0].body)

    def test_undo_leaves_later_reconciliations_alone(self):
        credit_note = self._credit_note(300)
        refund = self._refund({credit_note: 100})
        invoice = self._invoice(50)
        (invoice | credit_note).reconcile()

        refund.action_undo("Too early")

        self.assertEqual(credit_note.amount_residual, -250)
        self.assertTrue(invoice.reconciled)

    def test_undo_of_two_payments(self):
        second_account = self.receivable.copy({"code": "121997"})
        credits = self._entry(100) | self._entry(60, account=second_account)
        before = self._ledger()
        refund = self._refund(dict.fromkeys(credits))
        self.assertEqual(len(refund.payment_ids), 2)

        refund.action_undo("Wrong client")

        self._assert_undone(refund, before)

    def test_undo_in_a_locked_period_reverses_on_an_open_date(self):
        credit_note, payment = self._credit_note(300), self._payment(200)
        before = self._ledger()
        refund = self._refund({credit_note: None, payment: 50})
        entry = refund.payment_ids.move_id
        self._lock_until("2024-04-30")

        refund.action_undo("The client died", date="2024-05-02")

        self._assert_undone(refund, before)
        reversal = entry.reversal_move_ids
        self.assertEqual((entry.state, reversal.state), ("posted", "posted"))
        self._assert_linked(entry, reversal)
        self.assertEqual(reversal.date, fields.Date.to_date("2024-05-02"))
        self.assertEntry(
            reversal,
            [
                (self.outstanding, self.client, 350, 350, 0),
                (self.receivable, self.client, -300, 0, 300),
                (self.receivable, self.client, -50, 0, 50),
            ],
        )
        self.assertRecordValues((entry | reversal).line_ids, [{"amount_residual": 0, "reconciled": True}] * 6)
        self.assertFalse(self._receivable_items(reversal)._filter_open_credits())

    def _assert_linked(self, entry, reversal):
        """Each leads to the other, and the refund to both."""
        self.assertEqual(reversal.reversed_entry_id, entry)
        link = 'data-oe-model="account.move" data-oe-id="%s"'
        self.assertIn(link % reversal.id, "".join(entry.message_ids.mapped("body")))
        self.assertIn(link % entry.id, "".join(reversal.message_ids.mapped("body")))
        self.assertIn(link % reversal.id, "".join(entry.origin_payment_id.client_refund_id.message_ids.mapped("body")))

    def test_undo_in_a_locked_period_with_an_exchange_difference(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-15", 2.5)])
        credit_note = self._credit_note(300, currency=foreign)
        before = self._ledger()
        refund = self._refund({credit_note: None})
        self._lock_until("2024-04-30")

        refund.action_undo("The client died", date="2024-05-02")

        self._assert_undone(refund, before)

    def test_what_core_booked_besides_is_reversed_on_its_own_date(self):
        """Exchange difference and cash-basis tax, however their journals are numbered; where locked, when asked for."""
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-15", 2.5)])
        tax = self._create_cash_basis_tax()
        for names in ("X/2024/04/0001", "X/2024/00001", "X-00001"):
            journals = self.env["account.journal"].create(
                [{"name": f"{kind} {names}", "code": kind + names[6:9], "type": "general"} for kind in "TE"]
            )
            self.company.tax_cash_basis_journal_id, self.company.currency_exchange_journal_id = journals
            for journal in journals:
                self.env["account.move"].create({"journal_id": journal.id, "date": "2024-04-01", "name": names})
            credit_note = self._credit_note(100, currency=foreign, tax_ids=tax)
            invoice = self._invoice(20, currency=foreign, tax_ids=tax, date="2024-03-20")
            refund = self._refund(
                {credit_note: None},
                date="2024-04-05",
                offset_ids=[Command.create({"move_line_id": invoice.id})],
            )
            items = refund.line_ids.payment_line_id | credit_note | invoice
            partials = items.matched_credit_ids | items.matched_debit_ids
            entries = partials.exchange_move_id | self.env["account.move"].search(
                [("tax_cash_basis_rec_id", "in", partials.ids)]
            )
            self.assertEqual(entries.journal_id, journals)
            for lock in ("", "2024-04-30"):
                with self.subTest(names=names, lock=lock), closing(self.cr.savepoint()):
                    if lock:
                        self._lock_until(lock)
                    refund.action_undo("Wrong client", date="2024-05-02")
                    self.assertEqual(len(entries.reversal_move_ids), len(entries))
                    for entry in entries:
                        self.assertEqual(
                            str(entry.reversal_move_ids.date),
                            # core dates exchange differences at the year's end where the journal is numbered by year
                            "2024-05-02" if str(entry.date) <= lock else str(entry.date),
                            entry.name,
                        )
                        self.assertEqual(
                            sorted((item.account_id.id, item.balance) for item in entry.line_ids),
                            sorted((item.account_id.id, -item.balance) for item in entry.reversal_move_ids.line_ids),
                        )

    def test_reversal_on_a_locked_date_is_refused(self):
        refund = self._refund({self._credit_note(300): None})
        self._lock_until("2024-04-30")

        with self.assertRaisesRegex(UserError, r"Alder & Finch LLP.*300\.00.*2024-04-15 is in a locked period"):
            refund.action_undo("Wrong", date="2024-04-15")

        self.assertIn(refund.state, ("in_process", "paid"))

    def test_undo_of_a_secured_entry_reverses(self):
        """A hashed entry can't be canceled."""
        self.bank.restrict_mode_hash_table = True
        credit_note = self._credit_note(300)
        before = self._ledger()
        refund = self._refund({credit_note: None})
        self.assertTrue(refund.payment_ids.move_id.inalterable_hash)

        refund.action_undo("Wrong", date="2024-04-02")

        self._assert_undone(refund, before)
        self.assertEqual(refund.payment_ids.move_id.reversal_move_ids.state, "posted")

    def test_reversal_before_the_payment_is_refused(self):
        self.bank.restrict_mode_hash_table = True
        refund = self._refund({self._credit_note(300): None})

        with self.assertRaisesRegex(UserError, "is dated 2024-04-01 and can't be reversed before"):
            refund.action_undo("Wrong", date="2024-03-31")

    def test_undo_of_a_refund_that_the_bank_paid_is_refused(self):
        credit = self._entry(100)
        refund = self._refund({credit: None})
        withdrawal = self._bank_receipt(-100)
        withdrawal.account_id = self.outstanding
        (withdrawal | refund.payment_ids._seek_for_lines()[0]).reconcile()

        with self.assertRaisesRegex(UserError, r"Alder & Finch LLP.*matched with .* undo it in the bank"):
            refund.action_undo("Wrong")

        self.assertEqual(refund.state, "paid")
        withdrawal.remove_move_reconcile()
        refund.action_undo("Unmatched before")
        self.assertEqual(credit.amount_residual, -100)

    def test_undo_needs_a_reason(self):
        refund = self._refund({self._credit_note(300): None})

        for reason in ("", "  ", None, 5, ["x"]):
            with self.assertRaisesRegex(UserError, "Enter a reason"):
                refund.action_undo(reason)

    def test_undo_twice_is_refused(self):
        credit_note = self._credit_note(300)
        refund = self._refund({credit_note: None})
        refund.action_undo("Once")

        with self.assertRaisesRegex(UserError, r"Alder & Finch LLP.*already undone"):
            refund.action_undo("Twice")

        self.assertEqual(credit_note.amount_residual, -300)

    def test_refund_again_after_undo(self):
        credit_note = self._credit_note(300)
        self._refund({credit_note: None}).action_undo("Wrong account")

        refund = self._refund({credit_note: None})

        self.assertPairs(refund, [(credit_note, 300)])
        self.assertEqual(credit_note.amount_residual, 0)

    def test_many_at_once_or_none(self):
        first = self._refund({self._entry(100): None})
        second = self._refund({self._entry(60): None})
        second.action_undo("Before")

        with self.assertRaisesRegex(UserError, "already undone"):
            (first | second).action_undo("Both")
        self.assertEqual(first.state, "in_process")

        third = self._refund({self._entry(7): None})
        (first | third).action_undo("Both")
        self.assertEqual((first | third).mapped("state"), ["canceled"] * 2)

    def test_what_core_refuses_in_a_batch_is_named(self):
        archived = self.receivable.copy({"name": "Old Receivable"})
        refunds = [self._refund({self._credit_note(number): None}) for number in range(1, 4)]
        refunds.insert(1, self._refund({self._entry(70, account=archived): None}))
        archived.active = False
        self._lock_until("2024-04-30")
        before = self._ledger()
        with self.assertRaises(UserError) as raised, self.env.cr.savepoint():
            self.refunds.union(*refunds).action_undo("Wrong account", "2024-05-05")
        self.assertRegex(
            raised.exception.args[0],
            rf"^Alder & Finch LLP, refund {refunds[1].name} of .*70\.00: The account Old Receivable.*is archived\.$",
        )
        self.assertEqual(self._ledger(), before)

    def test_dialog(self):
        credit_note = self._credit_note(300)
        refund = self._refund({credit_note: None})
        dialog = (
            self.env["client.refund.undo"]
            .with_user(self.clerk)
            .with_context(active_model="client.refund", active_ids=refund.ids)
        )
        canceled = dialog.create({"reason": "x"})
        self.assertEqual((list(canceled.alerts), canceled.needs_reversal), (["payment"], False))
        self._lock_until("2024-04-30")
        dialog = dialog.create({"reason": "Wrong account", "date": "2024-05-05"})
        self.assertTrue(dialog.needs_reversal)
        self.assertIn("reversed on the date below", dialog.alerts["reversal"]["message"])

        dialog.action_undo()

        self.assertEqual(credit_note.amount_residual, -300)
        self.assertEqual(refund.payment_ids.move_id.reversal_move_ids.date, fields.Date.to_date("2024-05-05"))

    def test_dialog_on_the_screen(self):
        """Before anything is saved, the dialog knows that there is a payment, and asks for a date where it must."""
        refund = self._refund({self._credit_note(300): 100})
        undo = self.env["client.refund.undo"].with_context(active_model=refund._name, active_ids=refund.ids)
        self.assertIn("payment", Form(undo).alerts)
        self._lock_until("2024-04-30")
        self.assertTrue(Form(undo).needs_reversal)
