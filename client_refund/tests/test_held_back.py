from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestHeldBack(ClientRefundCommon):
    """Whether a credit is held back is one answer, and what is refused at the end is marked at the start."""

    # ------------------------------------------------------------------
    # Uncleared: only where the bank confirms
    # ------------------------------------------------------------------

    def _codes(self, credits):
        return {credit: code for credit, (code, _text) in credits._get_held_back().items()}

    def _unmatched(self, amount=100, **values):
        """A receipt on an outstanding account, in a firm that has no bank statements yet."""
        self.inbound_payment_method_line.payment_account_id = self.outstanding_receipts
        return self._payment(amount, **values)

    def test_where_no_statement_comes_no_receipt_waits_for_one(self):
        payment = self._unmatched()
        self.assertFalse(self._codes(payment))
        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertRecordValues(wizard.line_ids, [{"selected": True, "held_back": False}])
        self.assertNotIn("uncleared_credits", wizard.alerts or {})
        refund = self._submit({payment: None})
        self.assertTrue(refund._is_issued())
        self.assertFalse(refund.risks)

    def test_statements_of_the_time_of_the_receipt(self):
        receipt_date = fields.Date.to_date("2024-03-02")
        payment = self._unmatched(date=receipt_date)
        self._let_bank_confirm(receipt_date - timedelta(days=91))
        self.assertFalse(self._codes(payment), "the firm stopped to work with statements")
        self._let_bank_confirm(receipt_date - timedelta(days=90))
        self.assertEqual(self._codes(payment), {payment: "uncleared"})

    def test_statements_of_another_journal(self):
        payment = self._unmatched()
        other = self.env["account.journal"].create({"name": "Other Bank", "type": "bank", "code": "OBNK"})
        self._let_bank_confirm("2024-03-02", journal=other)
        self.assertFalse(self._codes(payment))

    def test_what_is_booked_on_the_bank_account_waits_for_none(self):
        self._let_bank_confirm("2024-03-02")
        self.assertFalse(self._codes(self._payment(100)))

    def test_cash_is_in_hand_whatever_its_hold_days(self):
        self.cash.client_refund_hold_days = 10
        payment = self._outstanding_payment(100, journal_id=self.cash.id, date=fields.Date.today())
        self._let_bank_confirm(fields.Date.today(), journal=self.cash)
        self.assertFalse(self._codes(payment))

    @freeze_time("2024-03-02 02:00:00")
    def test_a_receipt_of_today_in_the_evening_of_new_york(self):
        """It is tomorrow in Greenwich: no receipt comes from tomorrow."""
        payment = self._payment(100, date="2024-03-01")
        payment.flush_recordset()
        self.env.cr.execute(
            SQL("UPDATE account_move SET create_date = '2024-03-02 02:00:00' WHERE id = %s", payment.move_id.id)
        )
        self.env.invalidate_all()
        self.assertFalse(payment.with_context(tz="America/New_York")._get_held_back())

    def test_one_look_for_many(self):
        def count(credits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(self._codes(credits).values()), {"uncleared"})
            return self.env.cr.sql_log_count - before

        one = self._outstanding_payment(10)
        clients = [self.client, self.other_client] * 4
        many = one.union(*(self._outstanding_payment(10, partner=client) for client in clients))
        count(one)  # what is cached once
        self.assertLessEqual(count(many), count(one))

    # ------------------------------------------------------------------
    # Taken over from an account that is never refunded
    # ------------------------------------------------------------------

    def _take_over_from_trust(self, amount):
        """A journal entry takes over a credit from a trust account.

        :return: account.move.line, the credit on the receivable account
        """
        self.trust = self.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        self.company.client_refund_excluded_account_ids = self.trust
        return self._take_over(self._entry(amount, account=self.trust), self.receivable)

    def _take_over(self, credit, account):
        amount = -credit.balance
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2024-01-02",
                "line_ids": [
                    Command.create({"account_id": item.id, "partner_id": self.client.id, "balance": balance})
                    for item, balance in ((credit.account_id, amount), (account, -amount))
                ],
            }
        )
        move.action_post()
        debit, taken_over = move.line_ids.sorted("credit")
        (debit | credit).reconcile()
        return taken_over

    def test_trust_money_is_marked_at_the_start(self):
        trust_money = self._take_over_from_trust(500)
        credit_note = self._credit_note(20)
        self.assertEqual(trust_money.amount_refundable, 0)
        self.assertEqual(self._codes(trust_money | credit_note), {trust_money: "never"})

        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertRecordValues(
            wizard.line_ids,
            [
                {"move_line_id": trust_money.id, "selected": False, "held_back": "never", "amount_available": 0},
                {"move_line_id": credit_note.id, "selected": True, "held_back": False, "amount_available": 20},
            ],
        )
        self.assertTrue(wizard.is_held_back)
        message = wizard.alerts["excluded"]["message"]
        self.assertIn(self.trust.display_name, message)
        self.assertIn(f"{trust_money.move_id.display_name} from there", message)
        self.assertNotIn(self.receivable.display_name, message)

    def test_what_is_reserved_is_shown_where_others_reserve_it(self):
        draft = self._draft({self._credit_note(100): 30})
        for action, is_reserved in ((self.client.action_refund_client(), True), (draft.action_edit(), False)):
            self.assertEqual(self._shown(action).is_reserved, is_reserved)
            self.assertEqual(self._opened(action).is_reserved, is_reserved)

    def test_the_refusal_names_only_the_excluded_account(self):
        trust_money = self._take_over_from_trust(500)
        with self.assertRaisesRegex(
            UserError, r"moved this from account [^,]*Trust receivable, which is never refunded"
        ):
            self._draft({trust_money: 500})

    def test_taken_over_twice(self):
        other = self.receivable.copy({"code": "121997"})
        trust_money = self._take_over(self._take_over_from_trust(500), other)
        self.assertEqual(self._codes(trust_money), {trust_money: "never"})
        self.assertRecordValues(self._rows(), [{"amount_open": 500, "amount_refundable": 0, "held_back": "never"}])

    def _administrator(self):
        groups = "account.group_account_invoice,client_refund.group_client_refund_administer"
        return self._create_user("refund_admin", "Ada Admin", groups)

    def test_an_administrator_of_refunds_may_refund_what_was_taken_over(self):
        """A matter was closed: what was held in trust is the client's own, and somebody else looks at it."""
        self.company.client_refund_approval_policy = "risk"
        trust_money = self._take_over_from_trust(500)
        in_trust = self._entry(70, account=self.trust)
        administrator = self._administrator()
        credits = trust_money | in_trust
        self.assertEqual(self._codes(credits.with_user(administrator)), dict.fromkeys(credits, "never"))
        wizard = self.wizards.with_user(administrator).create({"partner_id": self.client.id})
        self.assertRecordValues(
            wizard.line_ids.sorted("amount_open"),
            [
                {"move_line_id": in_trust.id, "selected": False, "amount": 0, "amount_available": 0},
                {"move_line_id": trust_money.id, "selected": False, "amount": 500, "amount_available": 500},
            ],
        )
        self.assertIn("you may tick it", wizard.alerts["excluded"]["message"])
        wizard.line_ids.filtered("amount").selected = True
        self.assertIn("which is never refunded", wizard.alerts["taken_over"]["message"])
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertEqual((refund.state, list(refund.risks)), ("to_approve", ["taken_over"]))
        self.assertEqual(
            refund.approval_reason,
            f"A journal entry moved {trust_money.move_id.display_name} from account "
            f"{self.trust.display_name}, which is never refunded.",
        )
        # who approves it need not administer
        refund.with_user(self.approver).action_approve()
        self.assertPairs(refund, [(trust_money, 500)])
        self.assertTrue(trust_money.reconciled)

    def test_who_asks_for_what_was_taken_over_administers_refunds(self):
        """A clerk goes on with no draft of an administrator, and what is in trust nobody refunds."""
        self.company.client_refund_approval_policy = "never"
        trust_money = self._take_over_from_trust(500)
        in_trust = self._entry(70, account=self.trust)
        refunds = self.refunds.with_user(self._administrator())
        values = {"partner_id": self.client.id, "journal_id": self.bank.id}
        with (
            self.assertRaisesRegex(UserError, "Trust receivable is never refunded, according to the"),
            self.env.cr.savepoint(),
        ):
            refunds.create([{**values, "line_ids": [Command.create({"move_line_id": in_trust.id, "amount": 70})]}])
        with self.assertRaisesRegex(UserError, "nothing to refund"), self.env.cr.savepoint():
            refunds.create_refund({"partner_id": self.client.id})
        draft = refunds.create(
            [{**values, "line_ids": [Command.create({"move_line_id": trust_money.id, "amount": 500})]}]
        )
        with self.assertRaisesRegex(UserError, "ask an administrator of refunds"), self.env.cr.savepoint():
            draft.with_user(self.clerk).action_submit()
        draft.action_submit()
        self.assertTrue(draft._is_issued())

    def test_what_is_not_of_this_client_is_not_taken_over(self):
        """One entry for many clients: each keeps its own."""
        trust = self.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        self.company.client_refund_excluded_account_ids = trust
        held = self._entry(100, account=trust, partner=self.other_client)
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2024-01-02",
                "line_ids": [
                    Command.create({"account_id": account.id, "partner_id": client.id, "balance": balance})
                    for account, client, balance in (
                        (trust, self.other_client, 100),
                        (self.receivable, self.client, -100),
                    )
                ],
            }
        )
        move.action_post()
        debit, credit = move.line_ids.sorted("credit")
        (debit | held).reconcile()
        self.assertFalse(self._codes(credit))
        self.assertRecordValues(self._rows(), [{"amount_refundable": 100, "held_back": False}])

    # ------------------------------------------------------------------
    # One answer
    # ------------------------------------------------------------------

    def _rows(self):
        return self.env["client.credit"].with_user(self.clerk).search([("partner_id", "=", self.client.id)])

    def test_everybody_gives_the_same_answer(self):
        """Wizard, worklist and program take what nothing holds back, and nothing else."""
        trust_money = self._take_over_from_trust(500)
        uncleared = self._outstanding_payment(70)
        reserved, free = self._credit_note(10), self._credit_note(20)
        held = self._draft({reserved: None})
        blocked = self._credit_note(40)
        blocked.move_id.payment_state = "blocked"
        credits = trust_money | uncleared | reserved | free | blocked
        self.assertEqual(
            self._codes(credits),
            {trust_money: "never", uncleared: "uncleared", reserved: "reserved", blocked: "blocked"},
        )
        self.assertEqual(credits._filter_free(), free)

        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertEqual(wizard.line_ids.filtered("selected").move_line_id, free)
        row = self._rows()
        self.assertRecordValues(
            row, [{"amount_open": 600, "amount_refundable": 90, "amount_uncleared": 70, "held_back": "uncleared"}]
        )
        wizard = self._opened(row.action_refund_client())
        self.assertEqual(wizard.line_ids.filtered("selected").move_line_id, free)

        refund = self.refunds.browse(self.refunds.create_refund({"partner_id": self.client.id}))
        self.assertEqual(refund.line_ids.move_line_id, free)
        with self.assertRaisesRegex(UserError, f"nothing to refund.*reserved by {held.name}.*may still bounce"):
            self.refunds.create_refund({"partner_id": self.client.id})

    def test_a_program_that_names_a_receipt_takes_it(self):
        uncleared = self._outstanding_payment(70)
        refund_id = self.refunds.create_refund(
            {"partner_id": self.client.id, "lines": [{"move_line_id": uncleared.id, "amount": 70}]}
        )
        self.assertEqual(list(self.refunds.browse(refund_id).risks), ["uncleared"])

    def test_the_own_draft_holds_nothing_back(self):
        credit_note = self._credit_note(20)
        wizard = self._opened(self._draft({credit_note: None}).action_edit())
        self.assertRecordValues(wizard.line_ids, [{"selected": True, "held_back": False}])

    def test_of_a_blocked_client_nothing_is_ticked(self):
        credit_note = self._credit_note(20)
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        action = credit_note.with_user(self.clerk).action_refund_client()
        for wizard in (self.wizards.create({"partner_id": self.client.id}), self._opened(action)):
            self.assertRecordValues(wizard.line_ids, [{"selected": False, "held_back": "blocked"}])

    # ------------------------------------------------------------------
    # The date
    # ------------------------------------------------------------------

    def test_not_before_the_youngest_credit(self):
        old, young = self._credit_note(10), self._credit_note(20, date="2024-03-31")
        refund = self._draft({old: None, young: None}, date="2024-03-30")
        with self.assertRaisesRegex(
            UserError, rf"Alder .*{young.move_id.name} is dated 03/31/2024, so it can't be refunded on 03/30/2024\."
        ):
            refund.action_submit()
        refund.date = "2024-03-31"
        refund.action_submit()
        self.assertTrue(refund._is_issued())

    def test_the_wizard_says_so_before(self):
        old, young = self._credit_note(10), self._credit_note(20, date="2024-03-31")
        wizard = self.wizards.create({"partner_id": self.client.id, "date": "2024-03-30"})
        self.assertEqual(wizard.alerts["date"]["level"], "danger")
        self.assertIn(young.move_id.display_name, wizard.alerts["date"]["message"])
        wizard.line_ids.filtered(lambda line: line.move_line_id == young).selected = False
        self.assertNotIn("date", wizard.alerts or {})
        self.assertEqual(wizard._get_selected_lines().move_line_id, old)

    def test_far_ahead(self):
        self._credit_note(10)
        wizard = self.wizards.create({"partner_id": self.client.id})
        today = wizard.date
        for days, level in ((30, None), (31, "warning")):
            wizard.date = today + timedelta(days=days)
            self.assertEqual((wizard.alerts or {}).get("date", {}).get("level"), level)
