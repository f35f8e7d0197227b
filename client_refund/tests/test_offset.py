from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_offset import OffsetCommon


@tagged("post_install", "-at_install")
class TestOffset(OffsetCommon):
    """What the client owes is settled from the credits before money goes out: the oldest of each first."""

    # ------------------------------------------------------------------
    # The waterfall
    # ------------------------------------------------------------------

    def test_oldest_credit_settles_what_is_due_first(self):
        refund = self._refund(
            {self.new_credit: None, self.old_credit: None},
            offset_ids=self._offsets({self.late_invoice: None, self.early_invoice: None}),
        )
        self.assertRecordValues(refund, [{"amount_credit": 350, "amount_offset": 200, "amount": 150}])
        self.assertSettled(
            refund,
            [
                (self.old_credit, self.early_invoice, 100),
                (self.new_credit, self.early_invoice, 20),
                (self.new_credit, self.late_invoice, 80),
            ],
        )
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -150, 0, 150),
                (self.receivable, self.client, 150, 150, 0),
            ],
        )
        self.assertPairs(refund, [(self.new_credit, 150)])
        items = self.old_credit | self.new_credit | self.early_invoice | self.late_invoice
        self.assertEqual(items.mapped("amount_residual"), [0, 0, 0, 0])
        self.assertEqual(items.mapped("reconciled"), [True] * 4)
        self.assertEqual((self.early_invoice | self.late_invoice).move_id.mapped("payment_state"), ["reversed"] * 2)
        self.assertRecordValues(refund, [{"balance_before": -150, "balance_after": 0}])

    def test_only_what_was_typed(self):
        """Neither credit nor invoice is used up: core alone would reconcile more."""
        refund = self._refund({self.new_credit: 90}, offset_ids=self._offsets({self.late_invoice: 30}))
        self.assertSettled(refund, [(self.new_credit, self.late_invoice, 30)])
        self.assertPairs(refund, [(self.new_credit, 60)])
        self.assertEqual(self.new_credit.amount_residual, -160)
        self.assertEqual(self.late_invoice.amount_residual, 50)
        self.assertEqual(self.late_invoice.move_id.payment_state, "partial")

    def test_what_is_not_chosen_stays(self):
        self._refund({self.old_credit: None}, offset_ids=self._offsets({self.late_invoice: None}))
        self.assertEqual(self.early_invoice.amount_residual, 120)
        self.assertEqual(self.new_credit.amount_residual, -250)

    def test_settle_only(self):
        refund = self._refund({self.old_credit: None}, offset_ids=self._offsets({self.early_invoice: 100}))
        self.assertFalse(refund.payment_ids)
        self.assertRecordValues(refund, [{"state": "paid", "amount": 0, "amount_offset": 100}])
        self.assertSettled(refund, [(self.old_credit, self.early_invoice, 100)])
        self.assertEqual(self.early_invoice.amount_residual, 20)

    def test_a_program_offsets_as_the_policy_proposes(self):
        refund = self.refunds.browse(
            self.refunds.create_refund({"partner_id": self.client.id, "journal_id": self.bank.id})
        )
        self.assertRecordValues(refund, [{"amount_credit": 350, "amount_offset": 200, "amount": 150}])
        self.assertEqual(refund.offset_ids.move_line_id, self.early_invoice | self.late_invoice)

    def test_a_program_says_whether(self):
        values = {"partner_id": self.client.id, "lines": [{"move_line_id": self.old_credit.id}], "offset": False}
        refund = self.refunds.browse(self._rpc(self.clerk, self.refunds, "create_refund", values))
        self.assertRecordValues(refund, [{"amount_offset": 0, "amount": 100}])
        self.company.client_refund_offset_policy = "ignore"
        values = {"partner_id": self.client.id, "lines": [{"move_line_id": self.new_credit.id}], "offset": True}
        refund = self.refunds.browse(self._rpc(self.clerk, self.refunds, "create_refund", values))
        self.assertRecordValues(refund, [{"amount_offset": 200, "amount": 50}])
        with self.assertRaisesRegex(UserError, "can't use yes as offset"):
            self.refunds.create_refund({**values, "offset": "yes"})

    # ------------------------------------------------------------------
    # Undo and guards
    # ------------------------------------------------------------------

    def test_undo_takes_back_the_offsets_and_only_those(self):
        (self.late_invoice | self._payment(30)).reconcile()
        before = self._ledger()
        refund = self._refund(
            {self.new_credit: 120, self.old_credit: None},
            offset_ids=self._offsets({self.late_invoice: 40, self.early_invoice: None}),
        )
        self.assertEqual(self.late_invoice.amount_residual, 10)
        refund.action_undo("Wrong client")
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)
        self.assertEqual(self.late_invoice.amount_residual, 50)

    def test_undo_of_settle_only(self):
        before = self._ledger()
        refund = self._refund({self.old_credit: None}, offset_ids=self._offsets({self.early_invoice: 100}))
        refund.action_undo("Wrong client")
        self.assertEqual(self._ledger(), before)

    def test_undo_in_a_locked_period(self):
        before = self._ledger()
        refund = self._refund({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        self._lock_until("2024-04-30")
        refund.action_undo("Wrong client", "2024-05-02")
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)

    def test_what_was_settled_has_one_owner(self):
        refund = self._refund({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        for act in (
            lambda: refund._get_offset_partials().unlink(),
            lambda: self.early_invoice.remove_move_reconcile(),
            lambda: self.early_invoice.move_id.button_draft(),
        ):
            with self.assertRaisesRegex(UserError, f"{refund.name}.*\n?.*undo the refund"), self.env.cr.savepoint():
                act()
        self.assertEqual(self.early_invoice.amount_residual, 0)

    # ------------------------------------------------------------------
    # Refused
    # ------------------------------------------------------------------

    def test_more_than_the_credits(self):
        draft = self._draft(
            {self.old_credit: None}, offset_ids=self._offsets({self.early_invoice: None, self.late_invoice: None})
        )
        with self.assertRaisesRegex(UserError, r"would settle .*200\.00, but its credits are only .*100\.00"):
            draft.action_submit()

    def test_more_than_is_open(self):
        with self.assertRaisesRegex(UserError, r"130\.00: only .*120\.00 is open\. Settle at most that"):
            self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: 130}))

    def test_settled_meanwhile(self):
        draft = self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        (self.early_invoice | self._payment(100)).reconcile()
        with self.assertRaisesRegex(UserError, r"120\.00: only .*20\.00 is open"):
            draft.action_submit()

    def test_across_accounts(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Other receivable"})
        entry = self._entry(-50, account=other_account)
        draft = self._draft({self.new_credit: None}, offset_ids=self._offsets({entry: None}))
        with self.assertRaisesRegex(UserError, r"on account .*Other receivable settle only .*0\.00 of the .*50\.00"):
            draft.action_submit()

    def test_what_can_not_be_settled(self):
        blocked = self._invoice(10)
        blocked.move_id.payment_state = "blocked"
        strangers = self._invoice(10, partner=self.other_client)
        for item, message in (
            (blocked, "it is blocked"),
            (strangers, "belongs to Birch Holdings"),
            (self.old_credit, "it is not an open invoice"),
            (self.early_invoice.move_id.line_ids - self.early_invoice, "not a receivable account"),
        ):
            with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._draft({self.new_credit: None}, offset_ids=self._offsets({item: 1}))
        for amount in (0, -5):
            with self.assertRaisesRegex(UserError, "must be positive"), self.env.cr.savepoint():
                self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: amount}))

    def test_offsets_of_an_issued_refund_do_not_change(self):
        refund = self._refund({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        for method, args in (("write", [{"amount": 1}]), ("unlink", [])):
            with self.assertRaisesRegex(UserError, "can't be changed any more"):
                self._rpc(self.clerk, refund.offset_ids, method, *args)
        with self.assertRaisesRegex(UserError, "can't be changed any more"), self.env.cr.savepoint():
            refund.write({"offset_ids": self._offsets({self.late_invoice: None})})

    def test_two_refunds_that_settle_one_invoice_in_one_call(self):
        """Together no more than is open; and each owns what it settled."""
        (self.early_invoice | self._payment(20)).reconcile()
        before = self._ledger()
        first = self._draft({self.old_credit: None}, offset_ids=self._offsets({self.early_invoice: 60}))
        second = self._draft({self.new_credit: 100}, offset_ids=self._offsets({self.early_invoice: 60}))
        with self.assertRaisesRegex(UserError, r"settle .*120\.00 of INV/.*, but only .*100\.00 is open"):
            (first | second).action_submit()
        second.offset_ids.amount = 40
        (first | second).action_submit()
        self.assertSettled(first, [(self.old_credit, self.early_invoice, 60)])
        self.assertSettled(second, [(self.new_credit, self.early_invoice, 40)])
        first.action_undo("First")
        self.assertEqual(self.early_invoice.amount_residual, 60)
        second.action_undo("Second")
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)

    def test_a_rejected_payment_is_no_open_invoice(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.client.id,
                "amount": 30,
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        item = self._receivable_items(payment.move_id)
        self.assertIn(item, item._search_open_invoices(self.client, self.company, self.currency))
        payment.action_reject()
        self.assertNotIn(item, item._search_open_invoices(self.client, self.company, self.currency))

    def test_items_are_not_moved_to_another_refund(self):
        """Else somebody could change a waiting refund without having a hand in it."""
        refund = self._draft({self.new_credit: None}, offset_ids=self._offsets({self.early_invoice: None}))
        other = self._draft({self.old_credit: None})
        for items in (refund.line_ids, refund.offset_ids):
            with (
                self.assertRaisesRegex(UserError, "can't be moved from one refund to another"),
                self.env.cr.savepoint(),
            ):
                self._rpc(self.approver, items, "write", {"refund_id": other.id})
        with self.assertRaisesRegex(UserError, "can't be moved from one refund to another"), self.env.cr.savepoint():
            other.write({"line_ids": [Command.link(refund.line_ids.id)]})

    def test_settling_only_needs_no_payee(self):
        with self._bank_method_needs_trusted_account():
            refund = self._refund({self.old_credit: None}, offset_ids=self._offsets({self.early_invoice: 100}))
        self.assertEqual(refund.state, "paid")

    def _bank_method_needs_trusted_account(self):
        return patch.object(
            type(self.env["account.payment"]), "_get_method_codes_needing_bank_account", lambda payments: ["manual"]
        )

    # ------------------------------------------------------------------
    # The rest of the world
    # ------------------------------------------------------------------

    def test_instalments(self):
        """Each instalment is an item of its own, due on its own date."""
        (self.early_invoice | self.late_invoice).move_id.button_draft()
        invoice = self._document("out_invoice", 200, date="2024-01-05", invoice_payment_term_id=self.pay_terms_b.id)
        first, second = self._receivable_items(invoice).sorted("date_maturity")
        refund = self.refunds.browse(self.refunds.create_refund({"partner_id": self.client.id, "offset": True}))
        self.assertSettled(
            refund,
            [
                (self.old_credit, first, first.amount_currency),
                (self.old_credit, second, 100 - first.amount_currency),
                (self.new_credit, second, second.amount_currency + first.amount_currency - 100),
            ],
        )
        self.assertEqual(invoice.payment_state, "reversed")

    def test_early_payment_discounts(self):
        """A discount is for who pays early: neither a refund nor a settlement takes one."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10 Net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})],
            }
        )
        credit = self._credit_note(100, date="2024-03-30", invoice_payment_term_id=term.id)
        invoice = self._invoice(40, date="2024-03-30", invoice_payment_term_id=term.id)
        refund = self._refund({credit: None}, offset_ids=self._offsets({invoice: None}))
        self.assertEqual(refund.payment_ids.amount, 60)
        self.assertEqual((credit | invoice).mapped("amount_residual"), [0, 0])
        self.assertSettled(refund, [(credit, invoice, 40)])

    def test_foreign_currency(self):
        """Credit and invoice of different rates: core's exchange difference, in the share that was settled."""
        foreign = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 0.5), ("2024-02-01", 0.25), ("2024-04-01", 0.2)]
        )
        credit = self._credit_note(100, currency=foreign, date="2024-01-10")  # 200
        invoice = self._invoice(60, currency=foreign, date="2024-02-10")  # 240
        before = self._ledger()
        refund = self._refund(
            {credit: 80}, offset_ids=self._offsets({invoice: 30}), currency_id=foreign.id, date="2024-04-01"
        )
        self.assertSettled(refund, [(credit, invoice, 30)])
        self.assertPairs(refund, [(credit, 50)])
        self.assertRecordValues(credit, [{"amount_residual_currency": -20, "amount_residual": -40}])
        self.assertRecordValues(invoice, [{"amount_residual_currency": 30, "amount_residual": 120}])
        [offset_partial] = refund._get_offset_partials()
        # 30 cost 60 as a credit and 120 as an invoice
        exchange = offset_partial.exchange_move_id
        self.assertEqual(
            sum(exchange.line_ids.filtered(lambda i: i.account_id == self.receivable).mapped("balance")), -60
        )
        refund.action_undo("Wrong client")
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)
