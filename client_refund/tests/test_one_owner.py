from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.workflow import in_workflow, with_workflow
from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestOneOwner(ClientRefundCommon):
    """What a refund has done can't be changed behind its back, not even by the accountant; the error names Undo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(300)
        cls.receipt = cls._payment(200)
        cls.refund = cls._refund({cls.credit_note: None, cls.receipt: None})
        cls.payment = cls.refund.payment_ids.with_user(cls.env.user)
        cls.entry = cls.payment.move_id

    def _assert_refused(self, act, message="Undo|[Uu]ndo the refund", error=UserError):
        before = self._ledger()
        with self.assertRaisesRegex(error, message), self.env.cr.savepoint():
            act()
        self.assertEqual(self._ledger(), before)
        self.assertIn(self.refund.state, ("in_process", "paid"))

    def test_ordinary_accounting_looks_for_owners_once(self):
        owners, entry = self.env["client.refund.owner"], self._entry(10).move_id
        fields = owners._get_owner_fields(entry)
        self.assertIn("client_refund_id", fields)
        with patch.object(type(self.env.registry), "descendants", side_effect=AssertionError):
            self.assertEqual(owners._get_owner_fields(entry), fields)
        self.assertNotIn("client_refund_id", owners._get_owner_fields(self.env["res.partner"]))

    def test_payment_actions(self):
        for act in (self.payment.action_draft, self.payment.action_cancel, self.payment.action_reject):
            self._assert_refused(act, rf"Alder & Finch LLP: .* of .*500\.00 belongs to refund {self.refund.name}")
        self._assert_refused(self.payment.unlink)

    def test_payment_fields(self):
        account = self._bank_account("BE111")
        for values in (
            {"amount": 1},
            {"partner_id": self.other_client.id},
            {"partner_bank_id": account.id},
            {"journal_id": self.cash.id},
            {"payment_type": "inbound"},
            {"state": "draft"},
            {"state": "canceled"},
            {"state": "rejected"},
            {"state": "paid", "amount": 1},
            {"move_id": False},
        ):
            self._assert_refused(lambda values=values: self.payment.write(values))

    def test_payment_link(self):
        """Nobody can lend a payment to a refund, or take it away."""
        stranger = self._payment(10).move_id.origin_payment_id
        self._assert_refused(
            lambda: self.payment.write({"client_refund_id": False}), "Only a refund itself", AccessError
        )
        self._assert_refused(
            lambda: stranger.write({"client_refund_id": self.refund.id}), "Only a refund itself", AccessError
        )
        self._assert_refused(
            lambda: self.env["account.payment"].create({"amount": 1, "client_refund_id": self.refund.id}),
            "Only a refund itself",
            AccessError,
        )
        self._assert_refused(
            lambda: (
                self.env["account.payment"].with_context(default_client_refund_id=self.refund.id).create({"amount": 1})
            ),
            "Only a refund itself",
            AccessError,
        )

    def test_payment_may_be_marked_as_sent(self):
        self.payment.mark_as_sent()
        self.assertTrue(self.payment.is_sent)

    def test_entry(self):
        liquidity = self.payment._seek_for_lines()[0]
        for act in (
            self.entry.button_draft,
            self.entry.button_cancel,
            self.entry.unlink,
            lambda: self.entry.write({"state": "draft"}),
            lambda: self.entry.write({"origin_payment_id": False}),
            lambda: self.entry.write({"client_refund_id": False}),
            lambda: self.entry.write({"commercial_partner_id": self.other_client.id}),
            lambda: liquidity.write({"amount_residual": 0}),
            lambda: liquidity.write({"payment_id": False}),
            lambda: liquidity.write({"account_id": self.revenue.id}),
            lambda: liquidity.write({"partner_id": self.other_client.id}),
        ):
            self._assert_refused(act)

    def test_items_of_the_entry(self):
        """No item is added to a refund's entry, and none taken away, whatever core's flags in the context say."""
        liquidity = self.payment._seek_for_lines()[0]
        items = [
            {"move_id": self.entry.id, "account_id": self.receivable.id, "credit": 55},
            {"move_id": self.entry.id, "account_id": self.revenue.id, "debit": 55},
        ]
        flags = {"force_delete": True, "check_move_validity": False, "skip_readonly_check": True}
        for act in (
            lambda: liquidity.create(items),
            lambda: liquidity.with_context(**flags).unlink(),
            lambda: self.entry.with_context(**flags).write({"line_ids": [(5,)]}),
            lambda: self.entry.with_context(**flags).write({"date": "2024-05-01"}),
            lambda: self.entry.write({"partner_bank_id": self._bank_account("BE111").id}),
        ):
            self._assert_refused(act)

    def test_other_credits_are_not_reconciled_with_the_payment(self):
        other = self._entry(70)
        item = self.refund.line_ids.payment_line_id[0]
        amounts = dict.fromkeys(("amount", "debit_amount_currency", "credit_amount_currency"), 70)
        self._assert_refused(
            lambda: self.env["account.partial.reconcile"].create(
                {"debit_move_id": item.id, "credit_move_id": other.id, **amounts}
            )
        )

    def test_entry_reversal(self):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.entry.ids)
            .create({"journal_id": self.bank.id, "date": "2024-05-01"})
        )
        self._assert_refused(wizard.refund_moves)

    def test_reconciliation(self):
        items = self.refund.line_ids.payment_line_id
        partials = items.matched_credit_ids
        for act in (
            items.remove_move_reconcile,
            self.credit_note.remove_move_reconcile,
            self.credit_note.with_context(active_ids=self.credit_note.ids).action_unreconcile_match_entries,
            partials.unlink,
            lambda: partials[0].write({"amount": 1}),
            lambda: partials[0].write({"client_refund_id": False}),
            lambda: self.credit_note.move_id.js_remove_outstanding_partial(self.credit_note.matched_debit_ids.id),
        ):
            self._assert_refused(act, rf"reconciled by {self.refund.name}.*undo the refund")

    def test_refunded_documents(self):
        """A refunded credit note can't go back to draft, nor can a refunded payment."""
        receipt = self.receipt.move_id.origin_payment_id
        for act in (
            self.credit_note.move_id.button_draft,
            self.credit_note.move_id.button_cancel,
            receipt.action_draft,
            receipt.action_cancel,
        ):
            self._assert_refused(act, rf"was refunded with {self.refund.name}.*Undo the refund first")

    def test_refunded_bank_receipt(self):
        credit = self._bank_receipt(30)
        refund = self._refund({credit: None})
        statement_line = credit.statement_line_id
        for act in (statement_line.action_undo_reconciliation, statement_line.unlink):
            with self.assertRaisesRegex(UserError, rf"{refund.name}.*[Uu]ndo the refund"), self.env.cr.savepoint():
                act()
        self.assertTrue(credit.reconciled)

    def test_exchange_difference(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-15", 2.5)])
        credit_note = self._credit_note(300, currency=foreign)
        refund = self._refund({credit_note: None})
        exchange = refund.line_ids.payment_line_id.matched_credit_ids.exchange_move_id
        self.assertTrue(exchange)
        with self.assertRaisesRegex(UserError, rf"reconciled by {refund.name}"), self.env.cr.savepoint():
            self._receivable_items(exchange).remove_move_reconcile()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            exchange.button_draft()
        self.assertTrue(credit_note.reconciled)

    def test_documents_that_are_only_reserved_stay_free(self):
        """A draft pays nothing: its documents may be changed and deleted, and it says so when it is issued."""
        credit_note, receipt = self._credit_note(100), self._bank_receipt(30)
        draft = self._draft({credit_note: None, receipt: None})
        document = credit_note.move_id.name
        credit_note.move_id.button_draft()
        credit_note.move_id.with_context(force_delete=True).unlink()
        receipt.statement_line_id.action_undo_reconciliation()
        self.assertEqual(draft.line_ids.mapped("document")[0], document)
        self.assertFalse(draft.line_ids.move_line_id)
        with self.assertRaisesRegex(UserError, rf"{document}.*100\.00: the document was deleted or posted again"):
            draft.action_post()
        draft.action_undo("The documents are gone")

    def test_after_undo_the_documents_are_free_and_the_trail_is_not(self):
        """A canceled refund's payment can't be brought to life again: the money would leave without a refund."""
        self.refund.action_undo("Wrong client")
        for act in (
            self.payment.action_draft,
            self.payment.action_validate,
            lambda: self.payment.write({"state": "in_process"}),
            self.payment.unlink,
            self.entry.button_draft,
            self.entry.unlink,
            lambda: self.entry.write({"state": "posted"}),
        ):
            with self.assertRaisesRegex(UserError, f"belongs to refund {self.refund.name}"), self.env.cr.savepoint():
                act()
        self.credit_note.move_id.button_draft()
        self.credit_note.move_id.with_context(force_delete=True).unlink()
        self.assertEqual(self.refund.line_ids.mapped("amount"), [300, 200])

    def test_after_undo_the_reversal_is_owned_too(self):
        self._lock_until("2024-04-30")
        self.refund.action_undo("Wrong client", date="2024-05-01")
        reversal = self.entry.reversal_move_ids
        for act in (reversal.button_draft, reversal.unlink, reversal.line_ids.remove_move_reconcile):
            with self.assertRaisesRegex(UserError, self.refund.name), self.env.cr.savepoint():
                act()

    def test_document_of_the_refund(self):
        """Neither states nor lines nor terms of an issued refund change, and it is not deleted."""
        line = self.refund.line_ids[0]
        other = self._credit_note(5)
        for act in (
            lambda: self.refund.write({"state": "draft"}),
            lambda: self.refund.write({"name": "CR/0"}),
            lambda: self.refund.write({"user_id": self.env.user.id}),
            lambda: self.refund.write({"payment_ids": [(5,)]}),
            lambda: self.refund.write({"amount": 1}),
            lambda: self.refund.write({"partner_id": self.other_client.id}),
            lambda: self.refund.write({"memo": "x"}),
            lambda: self.refund.write({"reason_id": self.env.ref("client_refund.reason_retainer").id}),
            lambda: self.refund.write({"amount_company_currency": 1}),
            lambda: line.write({"source_type": "entry"}),
            lambda: self.refund.write({"line_ids": [(5,)]}),
            lambda: line.write({"amount": 1}),
            lambda: line.write({"payment_line_id": False}),
            lambda: line.write({"move_line_id": other.id}),
            lambda: line.create({"refund_id": self.refund.id, "move_line_id": other.id}),
            lambda: self.refunds.create([self._refund_values({other: None}, state="paid")]),
            lambda: self.refunds.create([self._refund_values({other: None}, user_id=self.env.user.id)]),
            line.unlink,
            self.refund.unlink,
        ):
            self._assert_refused(act, "can't be changed|can't be set|is set by")

    def test_defaults_in_the_context_are_no_way_in(self):
        """A dashboard leaves `default_*` in the context, and a thief puts them there."""
        credit_note = self._credit_note(100)
        refunds = self.refunds.with_context(
            default_user_id=self.env.user.id,
            default_state="paid",
            default_name="CR/0",
            default_payment_line_id=self.entry.line_ids[0].id,
            default_date="2020-01-01",
        )
        refund = refunds.create([self._refund_values({credit_note: None})])
        self.assertRecordValues(refund, [{"user_id": self.clerk.id, "state": "draft"}])
        self.assertNotEqual(refund.name, "CR/0")
        self.assertFalse(refund.line_ids.payment_line_id)
        refund.with_context(default_name="ZZZ/1", default_date="2020-01-01").action_post()
        self.assertNotEqual(refund.payment_ids.name, "ZZZ/1")
        self.assertEqual(refund.payment_ids.move_id.date, refund.date)

    def test_a_context_from_outside_is_no_key(self):
        payment = self.payment.with_context(client_refund_workflow=True)
        self._assert_refused(payment.action_draft)

    def test_the_key_opens_nothing_of_another_refund(self):
        """Whatever core or an automation calls while one refund is at work finds all others shut."""
        at_work = with_workflow(self._refund({self._credit_note(100): None}))
        payment = self.payment.with_env(at_work.env)
        draft = self._draft({self._credit_note(100): 10}).with_env(at_work.env)
        for act, message in (
            (payment.action_draft, "belongs to refund"),
            (lambda: payment.write({"amount": 1}), "belongs to refund"),
            (lambda: payment.move_id.write({"date": "2024-05-01"}), "belongs to refund"),
            (payment.move_id.line_ids.remove_move_reconcile, "is reconciled by|belongs to refund"),
            (lambda: draft.write({"state": "paid"}), "can't be set directly"),
            (lambda: draft.line_ids.write({"amount_reserved": 0}), "can't be set directly"),
        ):
            self._assert_refused(act, message)
        with self.assertRaisesRegex(AccessError, "Only a refund itself"), self.env.cr.savepoint():
            self._payment(10).move_id.origin_payment_id.with_env(at_work.env).client_refund_id = self.refund
        self.assertTrue(in_workflow(at_work))
        self.assertFalse(in_workflow(at_work | draft))

    def test_what_a_refund_holds_stays_held_while_another_one_is_at_work(self):
        """A refund that pays later holds its credit also against what another refund's posting sets off."""
        credit, invoice = self._credit_note(100), self._invoice(100)
        holding, other = self._draft({credit: None}), self._draft({self._credit_note(20): None})
        with_workflow(holding).write({"state": "in_process"})
        for refund, is_refused in ((other, True), (holding, False)):
            with self.subTest(refund=refund.name), self.env.cr.savepoint() as savepoint:
                items = (credit | invoice).with_env(with_workflow(refund).env)
                if is_refused:
                    self._assert_refused(items.reconcile, "can't be paid or reconciled with anything else")
                else:
                    items.reconcile()
                savepoint.rollback()

    def test_flags_of_other_modules_stay(self):
        """A caller's context says how other modules work, and nothing that bends what is booked."""
        context = {
            "queue_job__no_delay": True,
            "l10n_xx_fiscal_printer": 7,
            "lang": "en_US",
            "force_payment_move": False,
            "check_move_validity": False,
            "skip_account_move_synchronization": True,
            "bypass_lock_check": True,
            "client_refund_nothing_settled": True,
            "default_journal_id": 1,
            "tracking_disable": True,
            "active_test": False,
        }
        self.assertEqual(
            {
                name: value
                for name, value in with_workflow(self.refund.with_context(**context)).env.context.items()
                if name in context
            },
            {"queue_job__no_delay": True, "l10n_xx_fiscal_printer": 7, "lang": "en_US"},
        )

    def test_lines_move_from_no_refund_to_another(self):
        credit_note = self._credit_note(100)
        draft = self._draft({credit_note: 10})
        self._assert_refused(lambda: draft.line_ids.write({"refund_id": self.refund.id}), "can't be moved")
        self._assert_refused(lambda: self.refund.line_ids[0].write({"refund_id": draft.id}), "can't be moved")

    def test_a_client_may_get_another_parent(self):
        """Core moves the journal items of a client who becomes another's contact: no refund stands in the way."""
        group = self._create_client("Group")
        self.client.parent_id = group
        self.assertTrue(self.credit_note.reconciled)

    def test_the_payment_is_not_reversed_behind_the_back(self):
        """Neither at once nor later: a reversal would be a new credit."""
        refund = self._refund({self._credit_note(100): None})
        entry = refund.payment_ids.move_id
        for date in ("2024-04-02", "2099-01-01"):
            with self.assertRaisesRegex(UserError, f"belongs to refund {refund.name}"), self.env.cr.savepoint():
                entry.with_user(self.clerk)._reverse_moves([{"date": date}])
        with self.assertRaisesRegex(UserError, f"belongs to refund {refund.name}"), self.env.cr.savepoint():
            self._rpc(self.clerk, self._credit_note(5).move_id, "write", {"reversed_entry_id": entry.id})

    def test_no_credit_is_made_wider_than_it_is(self):
        """By a negative reconciliation, or by writing that a draft is posted."""
        credit, invoice = self._credit_note(100), self._invoice(50)
        values = {"amount": -80, "debit_amount_currency": -80, "credit_amount_currency": -80}
        with self.assertRaisesRegex(UserError, "negative amount"), self.env.cr.savepoint():
            self._rpc(
                self.clerk,
                self.env["account.partial.reconcile"],
                "create",
                [{**values, "credit_move_id": credit.id, "debit_move_id": invoice.id}],
            )
        unposted = self._credit_note(70)
        unposted.move_id.button_draft()
        self._rpc(self.clerk, unposted, "write", {"parent_state": "posted"})
        with self.assertRaisesRegex(UserError, "it is not posted"):
            self._draft({unposted: 70})
