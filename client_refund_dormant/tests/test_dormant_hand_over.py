from unittest.mock import patch

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import freeze_time, tagged

from .common import ClientDormantCommon


@tagged("post_install", "-at_install")
class TestDormantHandOver(ClientDormantCommon):
    """The whole of a credit, and nothing else, goes to the account for unclaimed money, by one approved entry."""

    def test_entry(self):
        credit_note, receipt = self._credit_note(300), self._payment(200)
        contact = self._create_client("Fin Finch", parent_id=self.client.id)
        of_contact = self._payment(50, partner=contact)
        (receipt | self._invoice(80)).reconcile()
        credits = credit_note | receipt | of_contact

        register = self._hand_over(credits)

        self.assertRecordValues(
            register,
            [
                {
                    "partner_id": self.client.id,
                    "state": "handed_over",
                    "amount": 470,
                    "amount_company_currency": 470,
                    "user_id": self.clerk.id,
                    "approver_id": self.approver.id,
                    "move_count": 1,
                }
            ],
        )
        entry = self._get_entry(register)
        self.assertRecordValues(
            entry,
            [
                {
                    "state": "posted",
                    "date": fields.Date.to_date("2024-05-01"),
                    "journal_id": self.misc.id,
                    "client_dormant_id": register.id,
                }
            ],
        )
        self.assertEntry(
            entry,
            [
                *(
                    (self.receivable, line.move_line_id.partner_id, line.amount, line.amount, 0)
                    for line in register.line_ids.with_user(self.accountant).sorted("id")
                ),
                (self.unclaimed, self.client, -470, 0, 470),
            ],
        )
        self.assertEqual(sorted(register.line_ids.mapped("amount")), [50, 120, 300])
        self.assertRecordValues(credits, [{"amount_residual": 0, "reconciled": True}] * 3)
        for line in register.line_ids:
            partial = line.counterpart_id.matched_credit_ids
            self.assertRecordValues(
                partial,
                [{"credit_move_id": line.move_line_id.id, "amount": line.amount, "client_dormant_id": register.id}],
            )
        self.assertFalse(self.env["client.credit"].search([("partner_id", "=", self.client.id)]))

    def test_foreign_currency_leaves_no_difference(self):
        """What moves from account to account keeps the amount that it is booked with, whatever the rate is now."""
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-04-15", 2.5)])
        credit_note = self._credit_note(300, currency=foreign)
        (credit_note | self._invoice(100, currency=foreign)).reconcile()

        register = self._hand_over(credit_note)

        self.assertRecordValues(register, [{"amount": 200, "amount_company_currency": 100, "currency_id": foreign.id}])
        self.assertEntry(
            self._get_entry(register),
            [(self.receivable, self.client, 200, 100, 0), (self.unclaimed, self.client, -200, 0, 100)],
        )
        self.assertRecordValues(
            credit_note, [{"amount_residual": 0, "amount_residual_currency": 0, "reconciled": True}]
        )
        self.assertFalse((credit_note.matched_debit_ids | credit_note.matched_credit_ids).exchange_move_id)

    def test_several_at_once(self):
        first, second = self._credit_note(300), self._credit_note(70, partner=self.other_client)
        registers = self._ask(first) | self._ask(second)

        registers.with_user(self.approver).action_approve()

        self.assertEqual(registers.mapped("state"), ["handed_over"] * 2)
        self.assertEqual((first | second).mapped("amount_residual"), [0, 0])
        self.assertEqual(len(self._get_entry(registers)), 2)

    @freeze_time("2024-05-15")
    def test_day_of_the_approval(self):
        register = self._hand_over(self._credit_note(300), date=False)
        self.assertEqual(register.date, fields.Date.to_date("2024-05-15"))
        self.assertEqual(self._get_entry(register).date, register.date)

    # ------------------------------------------------------------------
    # Refused
    # ------------------------------------------------------------------

    def _assert_refused(self, act, message, error=UserError):
        before = self._ledger()
        with self.assertRaisesRegex(error, message), self.env.cr.savepoint():
            act()
        self.assertEqual(self._ledger(), before)

    def test_nobody_tried_to_reach_the_client(self):
        self.company.client_refund_dormant_attempts = 2
        register = self._register(self._credit_note(300))
        self._attempt(register)
        self._assert_refused(register.action_submit, r"Alder & Finch LLP.*DC/.*300\.00: 1 of 2 attempts .* logged")
        self._attempt(register, kind="letter")
        register.action_submit()
        self.assertEqual(register.state, "to_approve")

    def test_settings_are_missing(self):
        register = self._register(self._credit_note(300))
        self._attempt(register)
        self.company.client_refund_unclaimed_account_id = False
        self._assert_refused(register.action_submit, "settings don't say", RedirectWarning)
        self.company.client_refund_unclaimed_account_id = self.unclaimed
        self.unclaimed.reconcile = False
        self._assert_refused(register.action_submit, "allows reconciliation", RedirectWarning)

    def test_no_write_off(self):
        """Neither on an account of another kind, nor on one that became it, nor in a journal of sales."""
        register = self._ask(self._credit_note(300))
        revenue = self.revenue.copy({"code": "499997", "reconcile": True})
        sales = self.company_data["default_journal_sale"]
        self.unclaimed.account_type = "income_other"
        self.unclaimed.reconcile = True
        for values in ({}, {"client_refund_unclaimed_account_id": revenue.id}):
            self.company.write(values)
            self._assert_refused(
                register.with_user(self.approver).action_approve, "Choose a liability account", RedirectWarning
            )
        self.unclaimed.account_type = "liability_non_current"
        self.unclaimed.reconcile = True
        self.company.write(
            {"client_refund_unclaimed_account_id": self.unclaimed.id, "client_refund_unclaimed_journal_id": sales.id}
        )
        self._assert_refused(
            register.with_user(self.approver).action_approve, "a miscellaneous journal", RedirectWarning
        )

    def test_first_miscellaneous_journal(self):
        self.company.client_refund_unclaimed_journal_id = False
        register = self._hand_over(self._credit_note(300))
        self.assertEqual(self._get_entry(register).journal_id.type, "general")

    def test_date_before_the_credit(self):
        register = self._register(self._credit_note(300))
        self._attempt(register)
        register.date = "2024-02-29"
        self._assert_refused(register.action_submit, "is dated 2024-03-01 and can't be handed over before")

    def test_date_that_was_mistyped(self):
        register = self._register(self._credit_note(300))
        self._attempt(register)
        register.date = self._days_ago(-32)
        self._assert_refused(register.action_submit, "is too far in the future. Choose a date up to")
        register.date = self._days_ago(-31)
        register.action_submit()
        self.assertEqual(register.state, "to_approve")

    def test_account_is_shown_before_the_approval(self):
        register = self._ask(self._credit_note(300))
        self.assertEqual(register.with_user(self.approver).unclaimed_account_id, self.unclaimed)

    def test_locked_period(self):
        register = self._ask(self._credit_note(300))
        self._lock_until("2024-05-31")
        self._assert_refused(
            register.with_user(self.approver).action_approve, "2024-05-01 is in a locked period.*Choose a later date"
        )

    def test_draft_refund_holds_the_credit(self):
        credit_note = self._credit_note(300)
        draft = self._draft({credit_note: 100})
        register = self._register(credit_note)
        self._attempt(register)
        self._assert_refused(
            register.action_submit,
            rf"{draft.name} reserves .*100\.00 of .*Let it be paid, or discard {draft.name} first",
        )

    def test_draft_refund_made_while_it_waits(self):
        """All or nothing: what was asked for is not free any more."""
        credit_note = self._credit_note(300)
        register = self._ask(credit_note | self._payment(50))
        draft = self._draft({credit_note: 100})
        self._assert_refused(register.with_user(self.approver).action_approve, f"{draft.name} reserves")
        draft.action_undo("Wrong client")
        register.with_user(self.approver).action_approve()
        self.assertEqual(register.amount, 350)

    def test_refunded_in_part_while_it_waits(self):
        credit_note = self._credit_note(300)
        register = self._ask(credit_note)
        self._refund({credit_note: 100})
        self.assertEqual((register.state, register.amount), ("to_approve", 300))
        self._assert_refused(
            register.with_user(self.approver).action_approve, r"200\.00 of .* is open, but .*300\.00 was asked for"
        )
        register.action_withdraw()
        self.assertEqual((register.state, register.amount), ("contacting", 200))

    def test_more_is_open_than_was_asked_for(self):
        credit_note = self._credit_note(300)
        refund = self._refund({credit_note: 100})
        register = self._ask(credit_note)
        refund.action_undo("Wrong client")
        self._assert_refused(
            register.with_user(self.approver).action_approve, r"300\.00 of .* is open, but .*200\.00 was asked for"
        )

    def test_blocked_client(self):
        register = self._ask(self._credit_note(300))
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In court"})
        self._assert_refused(register.with_user(self.approver).action_approve, "In court")

    def test_trust_money_behind_an_entry(self):
        trust = self.receivable.copy({"code": "121996"})
        register = self._ask(self._entry(300, account=trust))
        self.company.client_refund_excluded_account_ids = trust
        self._assert_refused(register.with_user(self.approver).action_approve, "never refunded")

    def test_automation_that_interferes(self):
        """Whatever goes wrong in between: nothing is handed over that is not settled exactly."""
        credit_note = self._credit_note(300)
        register = self._ask(credit_note)
        items = type(self.env["account.move.line"])
        with patch.object(items, "_reconcile_pairs", lambda self, pairs: None):
            self._assert_refused(
                register.with_user(self.approver).action_approve, r"300\.00 would be left open instead of .*0\.00"
            )
        self.assertEqual(register.state, "to_approve")

    def test_date_that_core_would_move(self):
        register = self._ask(self._credit_note(300))
        moves = type(self.env["account.move"])
        post = moves.action_post

        def post_later(entries):
            entries.date = "2024-06-30"
            return post(entries)

        with patch.object(moves, "action_post", post_later):
            self._assert_refused(
                register.with_user(self.approver).action_approve, "does not hand over exactly what was approved"
            )

    def test_twice(self):
        register = self._hand_over(self._credit_note(300))
        self._assert_refused(register.with_user(self.approver).action_approve, "it is Handed Over")
        self._assert_refused(register.action_submit, "it is Handed Over")
