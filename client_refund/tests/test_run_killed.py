import signal
from random import Random
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .killing import KilledCase

CHUNK = 2
# For how many calls to the database, before and after each, a process lives at most: most die where money moves.
LIVES = {"preparing": 1500, "checking": 1000, "issuing": 500}


@tagged("post_install", "-at_install")
class TestRunKilled(KilledCase):
    """The process that works on a run is killed 30 times, at any statement: each client is paid once."""

    KILLS = 30
    CLIENTS = 40

    def setUp(self):
        super().setUp()
        for module in ("work", "prepare"):
            self.startPatcher(patch(f"odoo.addons.client_refund.models.client_refund_run_{module}.CHUNK", CHUNK))
        with self._transaction() as env:
            client_ids = [self._make_client(env, f"Killed {number}") for number in range(self.CLIENTS)]
            credits = self._make_entries(env, [(client_id, -10) for client_id in client_ids for _credit in range(2)])
            run = env["client.refund.run"].create([{"move_line_ids": [Command.set(credits.ids)]}])
            self.run_id, self.credit_ids = run.id, credits.ids
            run.action_prepare()
            env.cr.commit()

    def test_killed_at_any_moment(self):
        random = Random(30)
        killed_in = []
        while len(killed_in) < self.KILLS:
            state = self._submit_if_prepared()
            self.assertNotEqual(state, "done", "the run is too short for so many kills")
            if self._work_in_process(self._work, die_at=random.randint(1, LIVES[state])) == -signal.SIGKILL:
                killed_in.append(state)
        self.assertEqual(set(killed_in), set(LIVES))
        self.assertGreater(killed_in.count("issuing"), self.KILLS / 3)
        while self._submit_if_prepared() != "done":
            self.assertEqual(self._work_in_process(self._work, die_at=None), 0)
        self._assert_each_paid_once()

    def _submit_if_prepared(self):
        with self._transaction() as env:
            run = env["client.refund.run"].browse(self.run_id)
            if run.state == "prepared":
                run.action_submit()
                env.cr.commit()
            return run.state

    def _work(self, env):
        env["client.refund.run"]._cron_work()

    def _assert_each_paid_once(self):
        with self._transaction() as env:
            run = env["client.refund.run"].browse(self.run_id)
            credits = env["account.move.line"].browse(self.credit_ids)
            self.assertEqual((run.state, run.refund_count, run.issued_count), ("done", self.CLIENTS, self.CLIENTS))
            self.assertEqual(sorted(run.refund_ids.partner_id.ids), sorted(self.client_ids))
            self.assertTrue(all(credits.mapped("reconciled")))
            payments = env["account.payment"].search([("partner_id", "in", self.client_ids)])
            self.assertEqual(len(payments), self.CLIENTS)
            self.assertEqual(set(payments.mapped("amount")), {20.0})
            self.assertEqual(payments, run.refund_ids.payment_ids)
            self.assertEqual(set(payments.move_id.mapped("state")), {"posted"})
            for refund in run.refund_ids:
                self.assertEqual(refund.payment_ids._get_refund_payment_items(), refund.line_ids.payment_line_id)
            items = env["account.move.line"].search(
                [("partner_id", "in", self.client_ids), ("account_type", "=", "asset_receivable")]
            )
            self.assertEqual(sum(items.mapped("balance")), 0)
            self.assertFalse(any(items.mapped("amount_residual")))
