from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.client_refund.tests.transactions import TransactionsCase


@tagged("post_install", "-at_install")
class TestDormantConcurrency(TransactionsCase):
    """Two approvers at the same moment, or an approver and a clerk who refunds: the money goes once."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.client_id = self._make_client(env, "Cedar Estates")
            credit = self._make_credit(env, self.client_id, 100)
            register = env["client.dormant.credit"]._gather(credit)
            self.credit_id, self.register_id = credit.id, register.id
            account = env["account.account"].create(
                {
                    "name": "Unclaimed",
                    "code": "259997",
                    "account_type": "liability_current",
                    "reconcile": True,
                    "company_ids": [Command.link(env.company.id)],
                }
            )
            self.account_id, self.account_before = account.id, env.company.client_refund_unclaimed_account_id.id
            self.attempts_before = env.company.client_refund_dormant_attempts
            env.company.write({"client_refund_unclaimed_account_id": account.id, "client_refund_dormant_attempts": 0})
            register.action_submit()
            # the only user of these tests approves as well
            env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE client_dormant_credit_id = %s",
                    SQL.identifier(self._get_table(env)),
                    register.id,
                )
            )
            env.cr.commit()

    def _get_table(self, env):
        return env["client.dormant.credit"]._fields["contributor_ids"].relation

    def _clean_up(self):
        with self._transaction() as env:
            env.company.write(
                {
                    "client_refund_unclaimed_account_id": self.account_before,
                    "client_refund_dormant_attempts": self.attempts_before,
                }
            )
            env.flush_all()
            for table, column in (
                ("account_partial_reconcile", "client_dormant_id"),
                ("client_dormant_credit_line", "register_id"),
                ("account_move", "client_dormant_id"),
                ("client_dormant_credit", "id"),
            ):
                env.cr.execute(
                    SQL("DELETE FROM %s WHERE %s = %s", SQL.identifier(table), SQL.identifier(column), self.register_id)
                )
            env["account.account"].browse(self.account_id).unlink()
            env.cr.commit()
        return super()._clean_up()

    def _approve(self, env):
        return env["client.dormant.credit"].browse(self.register_id).action_approve()

    def _refund(self, env):
        values = {"partner_id": self.client_id, "line_ids": [Command.create({"move_line_id": self.credit_id})]}
        env["client.refund"].create([values]).action_post()

    def _assert_used_once(self):
        with self._transaction() as env:
            credit = env["account.move.line"].browse(self.credit_id)
            self.assertEqual(credit.amount_residual, 0)
            self.assertEqual(len(credit.matched_debit_ids), 1)

    def test_two_approvers(self):
        with self._transaction() as first, self._transaction() as second:
            same = second["client.dormant.credit"].browse(self.register_id)
            self.assertEqual(same.state, "to_approve")
            self._approve(first)
            with self.assertRaisesRegex(UserError, "Somebody else"):
                self._approve(second)
            second.cr.rollback()
            self.assertEqual(same.state, "to_approve")
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaises(SerializationFailure):
                self._approve(second)
            second.cr.rollback()
            with self.assertRaisesRegex(UserError, "it is Handed Over"):
                self._approve(second)
        self._assert_used_once()

    def test_refund_with_a_view_from_before(self):
        with self._transaction() as first, self._transaction() as second:
            self.assertEqual(second["account.move.line"].browse(self.credit_id).amount_refundable, 100)
            self._approve(first)
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaisesRegex(UserError, "nothing is open any more"):
                self._replay(second, lambda: self._refund(second))
        self._assert_used_once()

    def test_hand_over_with_a_view_from_before_a_refund(self):
        with self._transaction() as first, self._transaction() as second:
            self.assertEqual(second["account.move.line"].browse(self.credit_id).amount_refundable, 100)
            self._refund(first)
            first.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaisesRegex(UserError, "it is Closed"):
                self._replay(second, lambda: self._approve(second))
        self._assert_used_once()
