from psycopg2.errors import SerializationFailure

from odoo import Command, api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.client_refund.tests.transactions import TransactionsCase


@tagged("post_install", "-at_install")
class TestPaymentOrderTransactions(TransactionsCase):
    """The clerk and the treasurer at the same moment, each in a transaction of their own."""

    def setUp(self):
        self.addCleanup(self._delete_method)  # when the payments are gone
        super().setUp()
        self.addCleanup(self._delete_orders)  # before the refunds go
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            self.journal_id = (
                env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1).id
            )
            method = env["account.payment.method"].create(
                {"name": "Order only", "code": "test_manual", "payment_type": "outbound", "payment_order_ok": True}
            )
            method_line = env["account.payment.method.line"].create(
                {
                    "name": "Transfer by order",
                    "payment_method_id": method.id,
                    "journal_id": self.journal_id,
                    "selectable": True,
                }
            )
            self.method_line_id, self.method_id = method_line.id, method.id
            clients = [self._make_client(env, name) for name in ("Cedar Estates", "Dogwood Ltd")]
            self.credit_ids = [self._make_credit(env, client_id, 100).id for client_id in clients]
            env.cr.commit()

    def _execute(self, *statements):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            for statement, value in statements:
                env.cr.execute(SQL(statement, value))
            env.cr.commit()

    def _delete_orders(self):
        orders = "SELECT id FROM account_payment_order WHERE payment_method_line_id = %s"
        self._execute(
            (f"DELETE FROM account_payment_line WHERE order_id IN ({orders})", self.method_line_id),
            (
                f"UPDATE account_payment SET payment_lot_id = NULL WHERE payment_order_id IN ({orders})",
                self.method_line_id,
            ),
            ("DELETE FROM account_payment_order WHERE payment_method_line_id = %s", self.method_line_id),
        )

    def _delete_method(self):
        self._execute(
            ("DELETE FROM account_payment_method_line WHERE id = %s", self.method_line_id),
            ("DELETE FROM account_payment_method WHERE id = %s", self.method_id),
        )

    def _refund(self, env, credit=0):
        refund = env["client.refund"].create(
            [
                {
                    "partner_id": self.client_ids[credit],
                    "journal_id": self.journal_id,
                    "payment_method_line_id": self.method_line_id,
                    "line_ids": [Command.create({"move_line_id": self.credit_ids[credit]})],
                }
            ]
        )
        refund.action_post()
        return refund

    def _issue_first(self):
        """The first client's refund waits in a draft order.

        :return: (id of the refund, id of the order)
        """
        with self._transaction() as env:
            refund = self._refund(env)
            env.cr.commit()
            return refund.id, refund.payment_order_ids.id

    def test_refund_joins_an_order_that_is_confirmed_meanwhile(self):
        """It would wait for ever in an order that has no payment for it."""
        _refund_id, order_id = self._issue_first()
        with self._transaction() as treasurer, self._transaction() as clerk:
            self.assertEqual(clerk["account.payment.order"].browse(order_id).state, "draft")
            treasurer["account.payment.order"].browse(order_id).draft2open()
            treasurer.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"):
                refund = self._replay(clerk, lambda: self._refund(clerk, credit=1))
            self.assertNotEqual(refund.payment_order_ids.id, order_id)
            self.assertEqual(refund.payment_order_ids.state, "draft")

    def test_order_is_confirmed_with_a_view_from_before_a_refund(self):
        _refund_id, order_id = self._issue_first()
        with self._transaction() as treasurer, self._transaction() as clerk:
            order = treasurer["account.payment.order"].browse(order_id)
            self.assertEqual(len(order.payment_line_ids), 1)
            self._refund(clerk, credit=1)
            clerk.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"):
                self._replay(treasurer, order.draft2open)
            self.assertEqual(order.payment_ids.mapped("amount"), [100, 100])

    def test_undo_while_the_file_is_made(self):
        """The file has the refund in it: it can't be undone any more."""
        refund_id, order_id = self._issue_first()
        with self._transaction() as env:
            env["account.payment.order"].browse(order_id).draft2open()
            env.cr.commit()
        with self._transaction() as treasurer, self._transaction() as clerk:
            refund = clerk["client.refund"].browse(refund_id)
            self.assertEqual(refund.payment_order_ids.state, "open")
            treasurer["account.payment.order"].browse(order_id).open2generated()
            treasurer.cr.commit()
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(UserError, "its file may be at the bank"),
            ):
                self._replay(clerk, lambda: refund.action_undo("Wrong client"))

    def test_order_takes_a_credit_with_a_view_from_before_a_refund(self):
        with self._transaction() as treasurer, self._transaction() as clerk:
            order = treasurer["account.payment.order"].create(
                {"payment_method_line_id": self.method_line_id, "payment_type": "outbound"}
            )
            credit = treasurer["account.move.line"].browse(self.credit_ids[0])
            self.assertEqual(credit.amount_refundable, 100)
            self._refund(clerk)
            clerk.cr.commit()
            with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaises(SerializationFailure):
                treasurer["account.payment.line"].create({"order_id": order.id, "move_line_id": credit.id})
