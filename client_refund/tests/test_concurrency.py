from threading import Thread
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged

from .transactions import TransactionsCase

BUSY = r"Somebody else is refunding or reconciling MISC\S+.* of Cedar Estates \(.*100\.00\) right now"


@tagged("post_install", "-at_install")
class TestConcurrency(TransactionsCase):
    """Never twice, whatever two users do at the same moment."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.client_id = self._make_client(env, "Cedar Estates")
            self.credit_id = self._make_credit(env, self.client_id, 100).id
            env.cr.commit()

    def _make_draft(self, env, amount=100):
        return env["client.refund"].create(
            [
                {
                    "partner_id": self.client_id,
                    "line_ids": [Command.create({"move_line_id": self.credit_id, "amount": amount})],
                }
            ]
        )

    def _refund(self, env, amount=100):
        refund = self._make_draft(env, amount)
        refund.action_post()
        return refund

    def _take_snapshot(self, env):
        """From here on this transaction sees the database as it is now."""
        credit = env["account.move.line"].browse(self.credit_id)
        self.assertEqual(credit.amount_refundable, 100)

    def _assert_paid(self, amount, refunds):
        """The ledger and the refunds agree on what was paid."""
        with self._transaction() as env:
            credit = env["account.move.line"].browse(self.credit_id)
            issued = env["client.refund"].search(
                [("partner_id", "=", self.client_id), ("state", "in", ("in_process", "paid"))]
            )
            self.assertEqual(credit.amount_residual, amount - 100)
            self.assertEqual(sum(issued.payment_ids.mapped("amount")), amount)
            self.assertEqual(len(issued), refunds)

    # ------------------------------------------------------------------

    def test_second_while_the_first_is_not_committed(self):
        with self._transaction() as first, self._transaction() as second:
            self._refund(first)
            with self.assertRaisesRegex(UserError, BUSY):
                self._refund(second)
            second.cr.rollback()
            first.cr.commit()
            with self.assertRaisesRegex(UserError, "nothing is open any more"):
                self._refund(second)
        self._assert_paid(100, refunds=1)

    def test_second_with_a_view_from_before_the_first(self):
        with self._transaction() as first, self._transaction() as second:
            self._take_snapshot(second)
            self._refund(first)
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaises(SerializationFailure):
                self._refund(second)
            second.cr.rollback()
            with self.assertRaisesRegex(UserError, "nothing is open any more"):
                self._replay(second, lambda: self._refund(second))
        self._assert_paid(100, refunds=1)

    def test_what_was_taken_back_is_locked_again(self):
        """A transaction locks once; but not where the lock was given back with what was done after a savepoint."""
        with self._transaction() as first, self._transaction() as second:
            savepoint = first.cr.savepoint()
            self._make_draft(first, 60)
            savepoint.close(rollback=True)
            self._make_draft(second, 60)
            with self.assertRaisesRegex(UserError, BUSY):
                self._make_draft(first, 60)

    def test_one_act_locks_once(self):
        with self._transaction() as env:
            items = type(env["account.move.line"])
            real = items.try_lock_for_update
            with patch.object(items, "try_lock_for_update", autospec=True, side_effect=real) as lock:
                self._refund(env)
                self.assertEqual(lock.call_count, 1)
                env.cr.rollback()
                self._refund(env)
                self.assertEqual(lock.call_count, 2)

    def test_second_takes_what_the_first_left(self):
        with self._transaction() as first, self._transaction() as second:
            self._take_snapshot(second)
            self._refund(first, 60)
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"):
                self._replay(second, lambda: self._refund(second, 40))
        self._assert_paid(100, refunds=2)

    def test_draft_with_a_view_from_before_another_draft(self):
        """A reservation changes no residual: the journal item must be touched all the same."""
        with self._transaction() as first, self._transaction() as second:
            self._take_snapshot(second)
            name = self._make_draft(first, 70).name
            first.cr.commit()
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(UserError, rf"{name} reserves .*70\.00 of it. Refund at most .*30\.00"),
            ):
                self._replay(second, lambda: self._make_draft(second, 40))
        self._assert_paid(0, refunds=0)

    def test_refund_with_a_view_from_before_a_draft(self):
        with self._transaction() as first, self._transaction() as second:
            self._take_snapshot(second)
            self._make_draft(first, 70)
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaisesRegex(UserError, "reserves"):
                self._replay(second, lambda: self._refund(second, 100))
        self._assert_paid(0, refunds=0)

    def test_two_users_issue_the_same_draft(self):
        with self._transaction() as first, self._transaction() as second:
            draft = self._make_draft(first)
            first.cr.commit()
            same = draft.with_env(second)
            self._take_snapshot_of(same)
            draft.action_post()
            with self.assertRaisesRegex(UserError, "Somebody else"):
                same.action_post()
            second.cr.rollback()
            self._take_snapshot_of(same)
            first.cr.commit()
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(UserError, "it is already .*. Only a draft can be issued"),
            ):
                self._replay(second, same.action_post)
        self._assert_paid(100, refunds=1)

    def _take_snapshot_of(self, refund):
        refund.invalidate_recordset()
        self.assertEqual(refund.state, "draft")

    def test_credit_reconciled_by_core_meanwhile(self):
        with self._transaction() as first, self._transaction() as second:
            self._take_snapshot(second)
            credit = first["account.move.line"].browse(self.credit_id)
            owed = self._make_entries(first, [(self.client_id, 100)])
            (owed | credit).reconcile()
            first.cr.commit()
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(UserError, "nothing is open any more"),
            ):
                self._replay(second, lambda: self._refund(second))
        with self._transaction() as env:
            self.assertFalse(env["client.refund"].search([("partner_id", "=", self.client_id)]))

    def test_two_users_undo_the_same_refund(self):
        with self._transaction() as first, self._transaction() as second:
            refund = self._refund(first)
            first.cr.commit()
            same = refund.with_env(second)
            refund.action_undo("First")
            with self.assertRaisesRegex(UserError, "Somebody else"):
                same.action_undo("Second")
            second.cr.rollback()
            first.cr.commit()
            with self.assertRaisesRegex(UserError, "already undone"):
                same.action_undo("Second")
        self._assert_paid(0, refunds=0)

    def test_approved_while_somebody_changes_it(self):
        """The approver sees one account, the clerk writes another at the same moment: nothing is paid."""
        with self._transaction() as first, self._transaction() as second:
            refund = self._make_waiting(first)
            first.cr.commit()
            same = refund.with_env(second)
            same.invalidate_recordset()
            self.assertEqual(same.state, "to_approve")
            refund.memo = "Changed meanwhile"
            first.cr.commit()
            approver = second.ref("base.user_root")
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(SerializationFailure, "could not serialize"),
            ):
                same.with_user(approver).action_approve()
                second.cr.commit()
        self._assert_paid(0, refunds=0)

    def _make_waiting(self, env):
        company = env.company.sudo()
        company.client_refund_approval_policy = "always"
        refund = self._make_draft(env)
        refund.action_submit()
        company.client_refund_approval_policy = "never"
        self.assertEqual(refund.state, "to_approve")
        return refund

    def test_two_refunds_of_one_client_count_together(self):
        """Different credits of one client, each below the limit, at the same moment: together they are above it."""
        with self._transaction() as first, self._transaction() as second:
            other_credit = self._make_credit(first, self.client_id, 70)
            company = first.company.sudo()
            company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 150})
            first.cr.commit()
            self._take_snapshot(second)
            refund = self._make_draft(first)
            refund.action_submit()
            first.cr.commit()
            values = {"partner_id": self.client_id, "lines": [{"move_line_id": other_credit.id, "amount": 70}]}
            with self.assertLogs("odoo.sql_db", "ERROR"):
                refund_id = self._replay(second, lambda: second["client.refund"].create_refund(values))
            self.assertEqual(second["client.refund"].browse(refund_id).state, "to_approve")
            second.cr.rollback()
            company.write({"client_refund_approval_policy": "never", "client_refund_approval_amount": 0})
            first.cr.commit()

    def test_two_programs_with_one_reference(self):
        """The second waits for the first, and gets the refund that it made."""
        values = {
            "partner_id": self.client_id,
            "lines": [{"move_line_id": self.credit_id, "amount": 60}],
            "external_reference": "shop-17",
        }
        results = []

        def call_second():
            with self._transaction() as second:
                self.assertFalse(second["client.refund"].search([("external_reference", "=", "shop-17")]))
                with patch("odoo.service.model.time.sleep"):
                    results.append(retrying(lambda: second["client.refund"].create_refund(values), second))

        with self._transaction() as first:
            refund_id = first["client.refund"].create_refund(values)
            thread = Thread(target=call_second)
            thread.start()
            self._wait_until_blocked(first)
            first.cr.commit()
            thread.join(60)
        self.assertEqual(results, [refund_id])
        self._assert_paid(60, refunds=1)

    def _wait_until_blocked(self, env):
        """Until another connection waits for a lock that this one holds."""
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        for _attempt in range(100_000):
            env.cr.execute(blocked)
            if env.cr.fetchone()[0]:
                return
        self.fail("the second call was not blocked by the first")
