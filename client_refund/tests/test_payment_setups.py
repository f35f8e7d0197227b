from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.models.account_move import AccountMove

from ..models import account_journal
from ..models.client_refund_posting import ClientRefundPosting
from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestPaymentSetups(ClientRefundCommon):
    """Always an entry: in every edition and set-up, with or without outstanding accounts."""

    def _assert_refunded_once(self, credit, refund):
        self.assertTrue(refund.payment_ids.move_id, "a payment without an entry reconciles nothing")
        self.assertEqual(refund.payment_ids.move_id.state, "posted")
        self.assertTrue(credit.reconciled)
        self.assertPairs(refund, [(credit, 100)])
        with self.assertRaisesRegex(UserError, "fully reconciled"):
            self._draft({credit: 100})

    def test_with_outstanding_account(self):
        credit = self._credit_note(100)

        refund = self._refund({credit: None})

        self._assert_refunded_once(credit, refund)
        self.assertEqual(refund.payment_ids.outstanding_account_id, self.outstanding)

    def test_without_outstanding_account(self):
        """A fresh Community database: the method line names no account."""
        self.outbound_payment_method_line.payment_account_id = False
        credit = self._credit_note(100)

        refund = self._refund({credit: None})

        self._assert_refunded_once(credit, refund)
        self.assertTrue(refund.payment_ids.outstanding_account_id)

    def test_without_any_outstanding_account(self):
        """A firm that has none at all: the entry is over the bank account itself."""
        self.outbound_payment_method_line.payment_account_id = False
        self.env["ir.model.data"].search(
            [("model", "=", "account.account"), ("name", "=like", "%account_journal_payment_%")]
        ).unlink()
        self.company.transfer_account_id = False
        credit = self._credit_note(100)
        with self.assertRaisesRegex(UserError, "No outstanding account"):
            self.env["account.payment"].new({"company_id": self.company.id})._get_outstanding_account("outbound")

        refund = self._refund({credit: None})

        self._assert_refunded_once(credit, refund)
        self.assertEqual(refund.state, "paid")
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.bank.default_account_id, self.client, -100, 0, 100),
                (self.receivable, self.client, 100, 100, 0),
            ],
        )
        refund.action_return("Account closed", date="2024-04-08")
        self.assertEqual(credit.amount_residual, -100)

    def test_methods_that_need_more_than_a_payment_are_not_offered(self):
        """The methods come with a module: a code of them on another one stands in for it."""
        self._credit_note(100)
        other = self.outbound_payment_method_line.copy({"name": "Own Checks"})
        self.assertIn(other, self.wizards.create({"partner_id": self.client.id}).available_payment_method_line_ids)
        self.patch(account_journal, "METHODS_NEEDING_MORE", {self.outbound_payment_method_line.code})
        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertNotIn(self.bank, wizard.available_journal_ids)
        self.assertFalse(wizard.available_payment_method_line_ids)

    def test_what_core_refuses_names_the_refund(self):
        """Where core does not say what to change, it is found before."""
        foreign = self.setup_other_currency("EUR")
        draft = self._draft({self._credit_note(100, currency=foreign): None})
        pounds = self.env.ref("base.GBP")
        self.outstanding.currency_id = pounds
        with self.assertRaisesRegex(UserError, "Alder.*100.00.*books on .*, which accepts only GBP. Choose another"):
            draft.action_post()
        self.outstanding.write({"currency_id": False, "active": False})
        with (
            self.assertRaisesRegex(UserError, "Alder.*100.00.*The account Outstanding.*is archived"),
            self.env.cr.savepoint(),
        ):
            draft.action_post()
        self.outstanding.active = True
        foreign.active = False
        with self.assertRaisesRegex(UserError, "Alder.*100.00.*inactive currency: EUR"), self.env.cr.savepoint():
            draft.action_post()
        foreign.active = True
        draft.action_post()
        self.assertTrue(draft._is_issued())

    def test_what_core_refuses_in_a_batch_is_named(self):
        """Which refund it was, and nothing else is done."""
        archived = self.receivable.copy({"name": "Old Receivable"})
        drafts = [self._draft({self._credit_note(number): None}) for number in range(1, 6)]
        entry = self._entry(70, account=archived)
        drafts[3] = self._draft({entry: None})
        drafts = self.refunds.union(*drafts)
        archived.active = False
        before = self._ledger()
        with self.assertRaises(UserError) as raised, self.env.cr.savepoint():
            drafts.action_post()
        self.assertRegex(
            raised.exception.args[0],
            rf"^Alder & Finch LLP, refund {drafts[3].name} of .*70\.00: The account Old Receivable.*is archived\.$",
        )
        refused = rf"refund {drafts[3].name} of .*Old Receivable.*is archived"
        with self.assertRaisesRegex(UserError, refused), self.env.cr.savepoint():
            drafts[3].action_post()
        self.assertEqual(self._ledger(), before)
        self.assertEqual(set(drafts.mapped("state")), {"draft"})

    def test_no_exchange_journal(self):
        """Core says what is missing, for which refund; where the rate is the same, nothing is."""
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-15", 2.5)])
        draft = self._draft({self._credit_note(300, currency=foreign): None})
        self.company.sudo().currency_exchange_journal_id = False
        refused = rf"refund {draft.name} of .*300.*: You have to configure the 'Exchange Gain or Loss Journal'"
        with self.assertRaisesRegex(UserError, refused):
            draft.action_submit()
        same_rate = self._payment(300, currency=foreign, date="2024-04-01")
        self.assertTrue(self._refund({same_rate: None})._is_issued())

    def test_where_core_skips_the_entry(self):
        """The Accountant app and OCA's payment orders make core skip the entry of such a payment."""
        self.outbound_payment_method_line.payment_account_id = False
        credit = self._entry(100)
        with patch.object(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment"):
            refund = self._refund({credit: None})

        self._assert_refunded_once(credit, refund)
        self.assertEqual(refund.state, "in_process")

    def test_where_core_skips_the_entry_but_the_method_has_an_account(self):
        credit = self._entry(100)
        with patch.object(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment"):
            refund = self._refund({credit: None})

        self._assert_refunded_once(credit, refund)
        self.assertEqual(refund.payment_ids.outstanding_account_id, self.outstanding)

    def test_what_a_payment_without_an_entry_pays_is_not_refunded_again(self):
        """The ledger shows the credit note as open: nothing was reconciled."""
        self.outbound_payment_method_line.payment_account_id = False
        credit = self._credit_note(100)
        self.assertEqual(credit.amount_refundable, 100)
        with patch.object(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment"):
            payment = self._pay_with_core(credit)
            self.assertFalse(payment.move_id)
            self.assertEqual(
                (credit.amount_residual, credit.amount_refund_open, credit.amount_refundable), (-100, 0, 0)
            )
            with self.assertRaisesRegex(UserError, "a payment without a journal entry already pays it"):
                self._draft({credit: 100})
        self.assertFalse(self.env["client.credit"].search([("partner_id", "=", self.client.id)]))

        payment.action_cancel()
        self.assertEqual(credit.amount_refund_open, 100)

    def _pay_with_core(self, credit):
        """Core's *Pay* on a credit note.

        :return: account.payment
        """
        context = {"active_model": "account.move", "active_ids": credit.move_id.ids}
        wizard = self.env["account.payment.register"].with_context(**context).create({"journal_id": self.bank.id})
        return wizard._create_payments()

    def test_what_an_issued_refund_holds_is_not_paid_without_an_entry(self):
        """A rail that pays later: the refund is in process, and core's *Pay* would reconcile nothing."""
        self.outbound_payment_method_line.payment_account_id = False
        credit = self._credit_note(100)
        with patch.object(ClientRefundPosting, "_pay", lambda _refunds: None):
            refund = self._refund({credit: 60})
        with (
            patch.object(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment"),
            self.assertRaisesRegex(UserError, rf"{refund.name} pays out \$\s60.00 of {credit.move_id.name}"),
        ):
            self._pay_with_core(credit)

    def test_cash_journal(self):
        """Cash paid straight from the till's own account is gone at once."""
        self.cash.outbound_payment_method_line_ids.payment_account_id = self.cash.default_account_id
        credit = self._entry(100)

        refund = self._refund({credit: None}, journal_id=self.cash.id)

        self._assert_refunded_once(credit, refund)
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.cash.default_account_id, self.client, -100, 0, 100),
                (self.receivable, self.client, 100, 100, 0),
            ],
        )
        self.assertEqual(refund.state, "paid")

    def test_undo_of_cash(self):
        self.cash.outbound_payment_method_line_ids.payment_account_id = self.cash.default_account_id
        credit = self._entry(100)
        refund = self._refund({credit: None}, journal_id=self.cash.id)

        refund.action_undo("Paid to the wrong person, money returned")

        self.assertEqual(credit.amount_residual, -100)
        self.assertEqual(refund.payment_ids.move_id.state, "cancel")

    def test_credits_are_paid_on_their_own_receivable_account(self):
        """Not on the account that the client has now."""
        credit = self._credit_note(100)
        self.client.property_account_receivable_id = self.receivable.copy({"code": "121998"})

        refund = self._refund({credit: None})

        self.assertEqual(refund.payment_ids.destination_account_id, self.receivable)
        self.assertTrue(credit.reconciled)

    def test_other_payments_are_left_to_core(self):
        """A payment that no refund makes keeps core's single receivable item, and core's outstanding account."""
        self.outbound_payment_method_line.payment_account_id = False
        with patch.object(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment"):
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": self.client.id,
                    "amount": 10,
                    "journal_id": self.bank.id,
                }
            )
            payment.action_post()

        self.assertFalse(payment.outstanding_account_id)
        self.assertFalse(payment.move_id)

    def test_analytic_distribution_models_apply(self):
        """That there are models is looked for once, and then each of them counts as for any payment."""
        plan = self.env["account.analytic.plan"].create({"name": "Matters"})
        account = self.env["account.analytic.account"].create({"name": "Alder v. Birch", "plan_id": plan.id})
        distribution = {str(account.id): 100}
        self.env["account.analytic.distribution.model"].create(
            {"partner_id": self.client.id, "analytic_distribution": distribution}
        )

        refund = self._refund({self._entry(100): None})

        for item in refund.payment_ids.move_id.line_ids:
            self.assertEqual(item.analytic_distribution, distribution, item.name)

    def test_credit_note_and_payment_know_each_other(self):
        credit = self._credit_note(100)

        refund = self._refund({credit: None})

        self.assertEqual(refund.payment_ids.reconciled_invoice_ids, credit.move_id)
        self.assertEqual(credit.move_id.reconciled_payment_ids, refund.payment_ids)
        self.assertEqual(credit.move_id.payment_state, credit.move_id._get_invoice_in_payment_state())
