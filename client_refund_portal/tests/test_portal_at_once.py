from odoo import api
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.client_refund.tests.transactions import TransactionsCase


@tagged("post_install", "-at_install")
class TestPortalAtOnce(TransactionsCase):
    """A client asks twice at the same moment, by two clicks: that makes one request."""

    def setUp(self):
        super().setUp()
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            self.company_id = env.company.id
            requests = env.company.client_refund_portal_request
            env.company.client_refund_portal_request = True
            self.client_id = self._make_client(env, "Twice & Sons")
            client = env["res.partner"].browse(self.client_id)
            client.bank_ids = [(0, 0, {"acc_number": "BE71096123456769"})]
            self.account_id = client.bank_ids.id
            self._make_credit(env, self.client_id, 100)
            env.cr.commit()
        self.addCleanup(self._set_requests, requests)

    def _set_requests(self, allowed):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env["res.company"].browse(self.company_id).client_refund_portal_request = allowed
            env.cr.commit()

    def _request(self, env):
        client, company = env["res.partner"].browse(self.client_id), env["res.company"].browse(self.company_id)
        ids = (company.id, company.currency_id.id, self.account_id)
        return env["client.refund"].sudo()._request(client, company, *map(str, ids), "")

    def _assert_one_request(self):
        with self._transaction() as env:
            self.assertEqual(env["client.refund"].search_count([("partner_id", "=", self.client_id)]), 1)

    def test_second_while_the_first_is_not_committed(self):
        with self._transaction() as first, self._transaction() as second:
            self._request(first)
            with (
                self.assertLogs("odoo.addons.client_refund_portal.models.client_refund_request", "WARNING"),
                self.assertRaisesRegex(UserError, "We could not receive your request"),
            ):
                self._request(second)
            first.cr.commit()
        self._assert_one_request()

    def test_second_with_a_view_from_before_the_first(self):
        with self._transaction() as first, self._transaction() as second:
            second["client.refund"].search_count([])
            self._request(first)
            first.cr.commit()
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(UserError, "We are already reviewing your request"),
            ):
                self._replay(second, lambda: self._request(second))
        self._assert_one_request()
