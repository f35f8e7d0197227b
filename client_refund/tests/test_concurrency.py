from contextlib import contextmanager
from threading import Thread
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command, api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Never twice, whatever two users do at the same moment.

    Real transactions on real connections: what they make is committed, and deleted at the end. The user is the
    administrator, since users can't be deleted.
    """

    def setUp(self):
        super().setUp()
        self.connection = db_connect(get_db_name())
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            company = env.company
            if not company.chart_template:
                env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
            self.user_id = env.ref("base.user_admin").id
            self.client_id = env["res.partner"].create({"name": "Cedar Estates"}).id
            self.credit_id = self._make_credit(env).id
            env.cr.commit()
        self.addCleanup(self._clean_up)

    @contextmanager
    def _transaction(self, uid=None):
        """A transaction of its own; what is not committed is rolled back."""
        with self.connection.cursor() as cr:
            yield api.Environment(cr, uid or self.user_id, {})
            cr.rollback()

    def _make_credit(self, env):
        account = env["account.account"].search(
            [("account_type", "=", "asset_receivable"), ("company_ids", "in", env.company.ids)], limit=1
        )
        revenue = env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", env.company.ids)], limit=1
        )
        return self._make_entry(env, account, revenue, -100)

    def _make_entry(self, env, account, counterpart, balance):
        move = env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create({"account_id": account.id, "partner_id": self.client_id, "balance": balance}),
                    Command.create({"account_id": counterpart.id, "balance": -balance}),
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda item: item.account_id == account)

    def _clean_up(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            refunds = env["client.refund"].search([("partner_id", "=", self.client_id)])
            items = env["account.move.line"].search([("partner_id", "=", self.client_id)])
            # SQL, since the module keeps the trail of every refund
            for table, column, ids in (
                ("account_partial_reconcile", "credit_move_id", items.ids),
                ("client_refund_line", "refund_id", refunds.ids),
                ("account_payment", "client_refund_id", refunds.ids),
                ("account_move", "id", items.move_id.ids),
                ("client_refund", "id", refunds.ids),
                ("res_partner", "id", [self.client_id]),
            ):
                env.cr.execute(
                    SQL("DELETE FROM %s WHERE %s = ANY(%s)", SQL.identifier(table), SQL.identifier(column), ids)
                )
            env.cr.commit()

    # ------------------------------------------------------------------

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

    def _replay(self, env, act):
        """What Odoo does with an RPC: it is done again after a serialization failure. Without the waiting."""
        with patch("odoo.service.model.time.sleep"):
            return retrying(act, env)

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
            with self.assertRaisesRegex(UserError, r"Somebody else is refunding or reconciling MISC\S+ at this moment"):
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
                self.assertRaisesRegex(UserError, rf"{name} holds .*70\.00 of it. Refund at most .*30\.00"),
            ):
                self._replay(second, lambda: self._make_draft(second, 40))
        self._assert_paid(0, refunds=0)

    def test_refund_with_a_view_from_before_a_draft(self):
        with self._transaction() as first, self._transaction() as second:
            self._take_snapshot(second)
            self._make_draft(first, 70)
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaisesRegex(UserError, "holds"):
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
                self.assertRaisesRegex(UserError, "already. Only a draft can be issued"),
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
            revenue = credit.move_id.line_ids - credit
            owed = self._make_entry(first, credit.account_id, revenue.account_id, 100)
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
            with self.assertRaisesRegex(UserError, "undone already"):
                same.action_undo("Second")
        self._assert_paid(0, refunds=0)

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
