from odoo import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .faults import FaultsCase


@tagged("post_install", "-at_install")
class TestFaultAtAStatement(FaultsCase):
    """A statement fails, whichever: the ledger is as before, and Odoo's second try does the same once."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            for name in ("Fault & Sons", "Fault & Daughters"):
                self._make_client(env, name)
            self.credit_ids = self._make_entries(env, [(client_id, -10) for client_id in self.client_ids]).ids
            self.invoice_ids = self._make_entries(env, [(client_id, 4) for client_id in self.client_ids]).ids
            env.cr.commit()

    def _make_refunds(self, offset=False, issue=False):
        """A refund of each client, committed.

        :return: list of int, ids of client.refund
        """
        with self._transaction() as env:
            refunds = env["client.refund"].create(
                [
                    {
                        "partner_id": client_id,
                        "line_ids": [Command.create({"move_line_id": credit_id})],
                        "offset_ids": [Command.create({"move_line_id": invoice_id})] if offset else [],
                    }
                    for client_id, credit_id, invoice_id in zip(
                        self.client_ids, self.credit_ids, self.invoice_ids, strict=True
                    )
                ]
            )
            if issue:
                refunds.action_submit()
            env.cr.commit()
            return refunds.ids

    def _assert_call_survives(self, refund_ids, method, *args):
        """The same, of a call that a program makes."""
        self._assert_survives(lambda env: call_kw(env["client.refund"], method, [refund_ids, *args], {}))

    def test_issue(self):
        self._assert_call_survives(self._make_refunds(), "action_submit")

    def test_issue_with_offset(self):
        self._assert_call_survives(self._make_refunds(offset=True), "action_submit")

    def test_undo(self):
        self._assert_call_survives(self._make_refunds(offset=True, issue=True), "action_undo", "Mistake")

    def test_return(self):
        self._assert_call_survives(self._make_refunds(issue=True), "action_return", "Account closed")
