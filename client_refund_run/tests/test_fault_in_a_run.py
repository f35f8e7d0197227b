from odoo import Command
from odoo.tests import tagged

from odoo.addons.client_refund.tests.faults import FaultsCase

from .transactions_run import RunTransactionsCase


@tagged("post_install", "-at_install")
class TestFaultInARun(RunTransactionsCase, FaultsCase):
    """The same of a chunk of a run: what was done of it when a statement failed is not done, and done once later."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            client_ids = [self._make_client(env, name) for name in ("Fault & Sons", "Fault & Daughters")]
            credits = self._make_entries(env, [(client_id, -10) for client_id in client_ids for _credit in range(2)])
            run = env["client.refund.run"].create([{"move_line_ids": [Command.set(credits.ids)]}])
            run.action_prepare()
            self.run_id = run.id
            self._work(env, "preparing")
            run.action_submit()
            self._work(env, "checking")
            env.cr.commit()

    def _work(self, env, state):
        run = env["client.refund.run"].browse(self.run_id)
        while run.state == state:
            run._process_chunk()

    def test_issue(self):
        self._assert_survives(lambda env: self._work(env, "issuing"))

    def test_undo(self):
        with self._transaction() as env:
            self._work(env, "issuing")
            env["client.refund.run"].browse(self.run_id).action_undo("Mistake")
            env.cr.commit()
        self._assert_survives(lambda env: self._work(env, "undoing"))
