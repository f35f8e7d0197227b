from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestHoldingBack(ClientRefundCommon):
    """Blocked clients, trust money, journals, money that may bounce, the same refund twice."""

    # ------------------------------------------------------------------
    # Blocked clients
    # ------------------------------------------------------------------

    def test_a_blocked_client(self):
        credit_note = self._credit_note(100)
        draft = self._draft({credit_note: 50})
        self.client.with_user(self.clerk).sudo().write(
            {"client_refund_blocked": True, "client_refund_block_reason": "In dispute"}
        )
        with self.assertRaisesRegex(UserError, "refunds to Alder & Finch LLP are blocked: In dispute"):
            draft.action_submit()
        with self.assertRaisesRegex(UserError, "are blocked"):
            self.refunds.create_refund({"partner_id": self.client.id})
        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertIn("In dispute", wizard.alerts["blocked"]["message"])
        self.assertEqual(credit_note.amount_residual, -100)

    def test_blocked_while_it_waits(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._submit({self._credit_note(100): 50})
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        with self.assertRaisesRegex(UserError, "are blocked"):
            refund.with_user(self.approver).action_approve()

    def test_a_block_needs_a_reason(self):
        for reason in (False, "", "  "):
            with (
                self.assertRaisesRegex(ValidationError, "Enter the reason why refunds to Alder"),
                self.env.cr.savepoint(),
            ):
                self.client.write({"client_refund_blocked": True, "client_refund_block_reason": reason})

    def test_only_administrators_lift_a_block(self):
        contact_manager = "base.group_partner_manager"
        clerk = self._create_user("clerk_2", "Carl", f"account.group_account_invoice,{contact_manager}")
        administrator = self._create_user(
            "refund_admin", "Ada", f"client_refund.group_client_refund_administer,{contact_manager}"
        )
        client = self.client.with_user(clerk)
        client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        for values in ({"client_refund_blocked": False}, {"client_refund_block_reason": "x"}):
            with self.assertRaisesRegex(AccessError, "Ask an administrator of refunds to lift the block"):
                self._rpc(clerk, client, "write", values)
        self._rpc(clerk, client, "write", {"phone": "1234"})
        self._rpc(administrator, client, "write", {"client_refund_blocked": False})
        self._submit({self._credit_note(100): None})

    def test_a_new_parent_is_no_way_round_a_block(self):
        contact = self.env["res.partner"].create({"name": "Contact"})
        credit_note = self._credit_note(100, partner=contact)
        contact.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        contact.parent_id = self.client
        with self.assertRaisesRegex(UserError, "refunds to .*Contact are blocked"):
            self._submit({credit_note: None})

    # ------------------------------------------------------------------
    # Accounts and journals
    # ------------------------------------------------------------------

    def test_trust_money_is_never_refunded(self):
        trust = self.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        self.company.client_refund_excluded_account_ids = trust
        entry = self._entry(500, account=trust)
        self.assertEqual(entry.with_user(self.clerk).amount_refundable, 0)
        refused = r"500\.00: account .*Trust receivable is never refunded"
        with self.assertRaisesRegex(UserError, refused), self.env.cr.savepoint():
            self._draft({entry: 500})
        with self.assertRaisesRegex(UserError, "is never refunded"), self.env.cr.savepoint():
            self._rpc(
                self.clerk,
                self.refunds,
                "create_refund",
                {"partner_id": self.client.id, "lines": [{"move_line_id": entry.id, "amount": 1}]},
            )
        with self.assertRaisesRegex(UserError, "nothing to refund"):
            self.refunds.create_refund({"partner_id": self.client.id})
        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertRecordValues(wizard.line_ids, [{"selected": False, "amount": 0, "amount_available": 0}])
        self.assertIn(
            "nothing on account Trust receivable is refunded",
            wizard.alerts["excluded"]["message"].replace(entry.account_id.code + " ", ""),
        )

    def test_trust_money_that_was_drafted_before_the_setting(self):
        draft = self._draft({self._entry(500): None})
        self.company.client_refund_excluded_account_ids = self.receivable
        with self.assertRaisesRegex(UserError, "is never refunded"):
            draft.action_submit()

    def test_refund_journals(self):
        self.company.client_refund_journal_ids = self.bank
        credit_note = self._credit_note(100)
        self.assertEqual(self.wizards.create({"partner_id": self.client.id}).available_journal_ids, self.bank)
        draft = self._draft({credit_note: None}, journal_id=self.cash.id)
        with self.assertRaisesRegex(UserError, "refunds can't be paid from journal Cash"):
            draft.action_submit()
        draft.journal_id = self.bank
        draft.action_submit()
        self.assertTrue(draft._is_issued())

    def test_a_method_is_no_way_into_another_journal(self):
        self.company.client_refund_journal_ids = self.bank
        self.outbound_payment_method_line.payment_account_id = self.cash.default_account_id
        draft = self._draft({self._credit_note(100): None})
        with self.assertRaisesRegex(UserError, "books on .*, the account of another journal"):
            draft.action_submit()
        self.outbound_payment_method_line.payment_account_id = self.bank.default_account_id
        draft.action_submit()
        self.assertTrue(draft._is_issued())

    # ------------------------------------------------------------------
    # Money that may bounce
    # ------------------------------------------------------------------

    def test_an_unmatched_receipt(self):
        payment = self._outstanding_payment(100)
        credit_note = self._credit_note(40)
        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertEqual(
            [(line.move_line_id, line.selected, line.held_back) for line in wizard.line_ids],
            [(credit_note, True, False), (payment, False, "uncleared")],
        )
        self.assertEqual(wizard.amount, 40)
        self.assertIn(payment.move_id.name, wizard.alerts["uncleared_credits"]["message"])
        self.assertFalse(wizard.needs_approval)
        wizard.line_ids[1].selected = True
        self.assertTrue(wizard.needs_approval)
        self.assertEqual(wizard.alerts["uncleared"]["level"], "danger")
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertRecordValues(refund, [{"state": "to_approve", "amount": 140}])
        self.assertEqual(list(refund.risks), ["uncleared"])
        self.assertRegex(refund.approval_reason, rf"{payment.move_id.name}.* may still bounce")

    def test_a_receipt_that_is_chosen_is_ticked(self):
        payment = self._outstanding_payment(100)
        action = payment.move_id.origin_payment_id.with_user(self.clerk).action_refund_client()
        self.assertTrue(self._opened(action).line_ids.selected)

    def test_a_matched_receipt(self):
        payment = self._outstanding_payment(100)
        statement_item = self._bank_receipt(100)
        statement_item.account_id = self.outstanding_receipts
        (statement_item | payment.move_id.origin_payment_id._seek_for_lines()[0]).reconcile()
        self.assertTrue(self._submit({payment: None})._is_issued())

    def test_cash_is_in_hand(self):
        payment = self._outstanding_payment(100, journal_id=self.cash.id)
        self.assertFalse(payment._filter_uncleared())

    @freeze_time("2024-05-15")
    def test_hold_days(self):
        today = fields.Date.context_today(self.env.user)
        self.bank.client_refund_hold_days = 10
        held = self._bank_receipt(100, date=today - timedelta(days=9))
        free = self._bank_receipt(100, date=today - timedelta(days=10))
        paid = self._payment(100, date=today - timedelta(days=9))
        self.assertEqual(free._filter_uncleared(), free, "booked today, whatever the date says")
        self._set_create_date((held | free | paid).move_id, days_ago=20)
        self.assertEqual((held | free | paid)._filter_uncleared(), held | paid)
        self.assertEqual(self._submit({held: None}, date=today + timedelta(days=30)).state, "to_approve")
        self.assertTrue(self._submit({free: None}, date=today)._is_issued())

    def _set_create_date(self, moves, days_ago):
        moves.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_move SET create_date = %s WHERE id IN %s",
            (fields.Datetime.now() - timedelta(days=days_ago), tuple(moves.ids)),
        )
        moves.invalidate_recordset()

    def test_a_written_flag_is_no_bank_statement(self):
        payment = self._outstanding_payment(100)
        payment.move_id.origin_payment_id.write({"is_matched": True})
        self.assertEqual(payment._filter_uncleared(), payment)

    def test_a_journal_entry_is_no_way_to_forget_a_receipt(self):
        payment = self._outstanding_payment(100)
        washed = self._wash(payment, self.receivable)
        line = self.wizards.create({"partner_id": self.client.id}).line_ids
        self.assertRecordValues(line, [{"move_line_id": washed.id, "selected": False, "held_back": "uncleared"}])
        refund = self._submit({washed: None})
        self.assertEqual(refund.state, "to_approve")
        self.assertEqual(list(refund.risks), ["uncleared"])

    def _wash(self, credit, account):
        """A journal entry that takes over a credit."""
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2024-03-10",
                "line_ids": [
                    Command.create({"account_id": credit.account_id.id, "partner_id": self.client.id, "debit": 100}),
                    Command.create({"account_id": account.id, "partner_id": self.client.id, "credit": 100}),
                ],
            }
        )
        move.action_post()
        debit, washed = move.line_ids.sorted("credit")
        (debit | credit).reconcile()
        return washed

    def test_a_journal_entry_is_no_way_round_trust_money(self):
        trust = self.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        entry = self._entry(100, account=trust)
        self.company.client_refund_excluded_account_ids = trust
        washed = self._wash(entry, self.receivable)
        with self.assertRaisesRegex(UserError, "Trust receivable.* is never refunded"):
            self._draft({washed: None})
        other = self._entry(50, account=trust)
        with self.assertRaisesRegex(AccessError, "this can't be refunded"):
            self._rpc(self.clerk, other, "write", {"account_id": self.receivable.id})

    def test_what_a_blocked_client_is_owed_stays_there(self):
        """A clerk books it for nobody else, by no detour through a draft either."""
        credit_note = self._credit_note(100)
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        for reset in (False, True):
            if reset:
                credit_note.move_id.button_draft()
                credit_note = self._receivable_items(credit_note.move_id)
            with self.assertRaisesRegex(AccessError, "this can't be refunded"), self.env.cr.savepoint():
                self._rpc(self.clerk, credit_note, "write", {"partner_id": self.other_client.id})
        with self.assertRaisesRegex(AccessError, "this can't be refunded"), self.env.cr.savepoint():
            self._rpc(self.clerk, credit_note.move_id, "write", {"partner_id": self.other_client.id})

    def test_a_block_on_a_contact_holds_what_the_client_is_owed(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.client.id})
        credit_note = self._credit_note(100)
        self._block(contact)
        with self.assertRaisesRegex(AccessError, "this can't be refunded"), self.env.cr.savepoint():
            self._rpc(self.clerk, credit_note, "write", {"partner_id": self.other_client.id})
        held_too = self.env["res.partner"].create({"name": "Other Contact", "parent_id": self.other_client.id})
        self._block(held_too)
        self._rpc(self.clerk, credit_note, "write", {"partner_id": self.other_client.id})
        self.assertEqual(credit_note.partner_id, self.other_client)

    def _block(self, partner):
        partner.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})

    def test_a_block_can_not_be_left(self):
        """Neither by a contact nor by the blocked one; who tries is not told the reason."""
        manager = self._create_user("manager", "Mia", "base.group_user,base.group_partner_manager")
        contact, other_contact = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.client.id} for name in ("Ada", "Bea")]
        )
        self._block(self.client)
        for values in (
            {"parent_id": False},
            {"parent_id": self.other_client.id},
            {"is_company": True},
            {"commercial_partner_id": contact.id},
        ):
            with self.assertRaises(AccessError) as refused, self.env.cr.savepoint():
                self._rpc(manager, contact, "write", values)
            self.assertIn("Refunds to Alder & Finch LLP are blocked, so", str(refused.exception))
            self.assertNotIn("In dispute", str(refused.exception))
        administrator = self._create_user(
            "refund_admin", "Ada", "client_refund.group_client_refund_administer,base.group_partner_manager"
        )
        with self.env.cr.savepoint() as savepoint:
            self._rpc(administrator, contact, "write", {"is_company": True})
            savepoint.rollback()

        self.client.write({"client_refund_blocked": False, "client_refund_block_reason": False})
        self._block(other_contact)
        for partner in (contact, other_contact):
            with self.assertRaisesRegex(AccessError, "are blocked, so"), self.env.cr.savepoint():
                self._rpc(manager, partner, "write", {"parent_id": False})

    def test_a_block_goes_with_the_client(self):
        """A blocked client may be given a parent: its block holds for all of them. It can't be left behind again."""
        manager = self._create_user("manager", "Mia", "base.group_user,base.group_partner_manager")
        self._block(self.client)
        self._rpc(manager, self.client, "write", {"parent_id": self.other_client.id})
        with self.assertRaisesRegex(UserError, "are blocked: In dispute"):
            self._submit({self._credit_note(100, partner=self.other_client): None}, partner_id=self.other_client.id)
        with self.assertRaisesRegex(AccessError, "are blocked, so"):
            self._rpc(manager, self.client, "write", {"parent_id": False})

    def test_an_archived_client_is_blocked_all_the_same(self):
        self._block(self.client)
        self.client.active = False
        with self.assertRaisesRegex(UserError, "are blocked"):
            self._submit({self._credit_note(100): None})

    def test_a_copy_of_a_client_is_not_blocked(self):
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        employee = self._create_user("employee", "Emil", "base.group_user,base.group_partner_manager")
        self.assertFalse(self.client.with_user(employee).copy().sudo().client_refund_blocked)

    # ------------------------------------------------------------------
    # The same again
    # ------------------------------------------------------------------

    def test_a_document_that_was_booked_twice(self):
        """Both with one reference, or both on one day where one has none."""
        self.company.client_refund_duplicate_days = 14
        for number, (first_values, second_values) in enumerate(
            (
                ({"ref": "R1"}, {"ref": "R1", "date": "2024-03-09"}),
                ({}, {}),
                ({"ref": "R2"}, {}),
            )
        ):
            amount = 100 + number
            first = self._submit({self._credit_note(amount, **first_values): None})
            self.assertTrue(first._is_issued())
            second = self._draft({self._credit_note(amount, **second_values): None})
            wizard = self._opened(second.action_edit())
            self.assertEqual(wizard.alerts["duplicate"]["action"]["url"], f"/odoo/client.refund/{first.id}")
            self._rpc(self.clerk, second, "action_submit")
            self.assertEqual(second.state, "to_approve")
            self.assertIn(first.name, second.approval_reason)

    def test_the_same_amount_to_another_client_or_in_another_currency(self):
        self.company.client_refund_duplicate_days = 14
        self._submit({self._credit_note(100): None})
        other = self._submit({self._credit_note(100, partner=self.other_client): None}, partner_id=self.other_client.id)
        self.assertTrue(other._is_issued())
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 0.5)])
        self.assertTrue(self._submit({self._credit_note(100, currency=foreign): None})._is_issued())

    def test_an_undone_refund_is_a_reason_to_look_twice(self):
        """Its payment may have left by hand."""
        self.company.client_refund_duplicate_days = 14
        credit_note = self._credit_note(100)
        refund = self._submit({credit_note: None})
        self._issued_on_the_day_before(refund)
        refund.action_undo("Wrong date")
        again = self._submit({credit_note: None})
        self.assertEqual((again.state, list(again.risks)), ("to_approve", ["paid_before"]))

    def _issued_on_the_day_before(self, refund):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE client_refund SET issued_on = issued_on - INTERVAL '1 day' WHERE id = %s", (refund.id,)
        )
        refund.invalidate_recordset(["issued_on"])

    def test_a_cent_less_is_a_reason_too(self):
        """Also where the bank is said to have returned it."""
        self.company.client_refund_duplicate_days = 14
        for amount, take_back in (
            (90, lambda refund: refund.action_undo("Wrong date")),
            (80, lambda refund: refund.action_return("Account closed", "2024-04-10")),
        ):
            credit_note = self._credit_note(100)
            refund = self._submit({credit_note: amount})
            self._issued_on_the_day_before(refund)
            take_back(refund)
            again = self._submit({credit_note: amount - 0.01})
            self.assertEqual(again.state, "to_approve")
            self.assertIn("paid_before", again.risks)
            self.assertIn(refund.name, again.approval_reason)
            again.action_undo("Next")

    def test_a_draft_that_was_given_up_is_not(self):
        self.company.client_refund_duplicate_days = 14
        credit_note = self._credit_note(100)
        self._draft({credit_note: None}).action_undo("Later")
        self.assertTrue(self._submit({credit_note: None})._is_issued())

    def test_two_of_the_same_in_one_call(self):
        self.company.client_refund_duplicate_days = 14
        drafts = self._draft({self._credit_note(100): None}) | self._draft({self._credit_note(100): None})
        drafts.action_submit()
        self.assertEqual(drafts.mapped("state"), ["to_approve", "to_approve"])
