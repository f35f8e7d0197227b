import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import requests

from odoo.tests import tagged
from odoo.tools import SQL

from .live_server import LiveServerCase


@tagged("post_install", "-at_install")
class TestApiOverHttp(LiveServerCase):
    """Programs on the other side of the wire: one payment for one key, faults that say what is wrong."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.client_id = self._make_client(env, "Wire & Sons")
            self.credit_id = self._make_credit(env, self.client_id, 100).id
            env.cr.commit()
        self.values = {
            "partner_id": self.client_id,
            "lines": [{"move_line_id": self.credit_id, "amount": 60}],
            "external_reference": "shop-wire-1",
        }

    def _post(self, method, key=None, **arguments):
        return requests.post(
            f"{self.url}/json/2/client.refund/{method}",
            headers={"Authorization": f"bearer {key or self.api_key}", "X-Odoo-Database": self.database},
            json=arguments,
            timeout=120,
        )

    def _call_json(self, values):
        response = self._post("create_refund", values=values)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def _call_xmlrpc(self, values):
        models = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/object")
        return models.execute_kw(self.database, self.user_id, self.api_key, "client.refund", "create_refund", [values])

    def _assert_paid(self, amount, refunds):
        with self._transaction() as env:
            found = env["client.refund"].search([("partner_id", "=", self.client_id)])
            self.assertEqual(len(found), refunds)
            self.assertEqual(sum(found.payment_ids.mapped("amount")), amount)
            self.assertEqual(env["account.move.line"].browse(self.credit_id).amount_residual, amount - 100)

    # ------------------------------------------------------------------
    # One key, one payment
    # ------------------------------------------------------------------

    def test_same_reference_over_both_protocols(self):
        refund_id = self._call_json(self.values)
        self.assertEqual(self._call_json(self.values), refund_id)
        self.assertEqual(self._call_xmlrpc(self.values), refund_id)
        self._assert_paid(60, refunds=1)

    def test_same_reference_at_the_same_moment(self):
        """Both calls are in the database at once: the first is held until the second waits for it."""
        with ThreadPoolExecutor(2) as pool, self._transaction() as env:
            env.cr.execute(SQL("SELECT id FROM res_partner WHERE id = %s FOR NO KEY UPDATE", self.client_id))
            calls = [pool.submit(self._call_json, self.values), pool.submit(self._call_xmlrpc, self.values)]
            self._wait_until_blocked(env, 2)
            env.cr.rollback()
            first, second = (call.result(120) for call in calls)
        self.assertEqual(first, second)
        self._assert_paid(60, refunds=1)

    def test_other_references_at_the_same_moment(self):
        """Two keys are two requests: the credit is paid once, and who comes second is told."""
        other_values = {**self.values, "external_reference": "shop-wire-2"}
        with ThreadPoolExecutor(2) as pool, self._transaction() as env:
            env.cr.execute(SQL("SELECT id FROM res_partner WHERE id = %s FOR NO KEY UPDATE", self.client_id))
            held = pool.submit(self._post, "create_refund", values=self.values)
            self._wait_until_blocked(env, 1)
            refused = pool.submit(self._post, "create_refund", values=other_values).result(120)
            env.cr.rollback()
            self.assertEqual(held.result(120).status_code, 200)
        self.assertEqual(refused.status_code, 422)
        self.assertRegex(refused.json()["message"], "Somebody else is refunding or reconciling MISC")
        self._assert_paid(60, refunds=1)

    def _wait_until_blocked(self, env, calls):
        """Until so many of the server's connections wait for a lock."""
        blocked = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        for _attempt in range(20_000):
            env.cr.execute("SELECT pg_stat_clear_snapshot()")
            env.cr.execute(blocked)
            if env.cr.fetchone()[0] >= calls:
                return
        self.fail("the calls did not meet")

    # ------------------------------------------------------------------
    # Faults
    # ------------------------------------------------------------------

    def test_refused_over_json(self):
        response = self._post(
            "create_refund", values={**self.values, "lines": [{"move_line_id": self.credit_id, "amount": 100.01}]}
        )
        self.assertEqual(response.status_code, 422)
        fault = response.json()
        self.assertEqual(fault["name"], "odoo.exceptions.UserError")
        self.assertRegex(fault["message"], r"^Wire & Sons, MISC\S+, .*100\.01: only .*100\.00 is open")
        self._assert_paid(0, refunds=0)

    def test_refused_over_xmlrpc(self):
        with self.assertRaises(xmlrpc.client.Fault) as caught:
            self._call_xmlrpc({**self.values, "lines": [{"move_line_id": self.credit_id, "amount": 100.01}]})
        self.assertEqual(caught.exception.faultCode, 2)
        self.assertRegex(caught.exception.faultString, r"^Wire & Sons, MISC\S+, .*100\.01: only .*100\.00 is open")
        self._assert_paid(0, refunds=0)

    def test_not_a_number_over_json(self):
        """JSON has no NaN, but Python reads one."""
        response = requests.post(
            f"{self.url}/json/2/client.refund/create_refund",
            headers={
                "Authorization": f"bearer {self.api_key}",
                "X-Odoo-Database": self.database,
                "Content-Type": "application/json",
            },
            data='{"values": {"partner_id": %d, "lines": [{"move_line_id": %d, "amount": NaN}]}}'
            % (self.client_id, self.credit_id),
            timeout=120,
        )
        self.assertEqual(response.status_code, 422)
        self.assertRegex(response.json()["message"], "as lines. It takes a list of")
        self._assert_paid(0, refunds=0)

    def test_wrong_key(self):
        self.assertEqual(self._post("create_refund", key="0" * 40, values=self.values).status_code, 401)
        with self.assertRaises(xmlrpc.client.Fault) as caught:
            self.api_key = "0" * 40
            self._call_xmlrpc(self.values)
        self.assertEqual(caught.exception.faultCode, 3)
        self._assert_paid(0, refunds=0)

    def test_wrong_arguments(self):
        self.assertEqual(self._post("create_refund", vals=self.values).status_code, 422)
        self.assertEqual(self._post("pay", values=self.values).status_code, 404)
        self.assertEqual(self._post("_issue", ids=[1]).status_code, 403)
        self._assert_paid(0, refunds=0)

    def test_context_opens_nothing(self):
        """What a program puts into the context neither skips a check nor changes what is booked."""
        response = self._post(
            "create_refund",
            values=self.values,
            context={"client_refund_workflow": True, "default_state": "paid", "default_partner_bank_id": 1},
        )
        self.assertEqual(response.status_code, 200)
        response = self._post(
            "write", ids=[response.json()], vals={"state": "draft"}, context={"client_refund_workflow": True}
        )
        self.assertEqual(response.status_code, 422)
        self._assert_paid(60, refunds=1)
