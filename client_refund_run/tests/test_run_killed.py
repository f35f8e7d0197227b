import signal
from random import Random
from unittest.mock import patch

from odoo import api
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.client_refund.tests.killing import KILLS, KilledCase

from .transactions_run import RunTransactionsCase

CHUNK = 2
# For how many calls to the database, before and after each, a process lives at most: most die where money moves.
LIVES = {"preparing": 1500, "checking": 1000, "issuing": 500}


class RunKilledCase(RunTransactionsCase, KilledCase):
    """A run of many clients in small chunks."""

    CLIENTS = 2 * KILLS

    def setUp(self):
        super().setUp()
        self.startPatcher(patch("odoo.addons.client_refund_run.models.client_refund_run_work.CHUNK", CHUNK))
        with self._transaction() as env:
            client_ids = [self._make_client(env, f"Killed {number}") for number in range(self.CLIENTS)]
            credits = self._make_entries(env, [(client_id, -10) for client_id in client_ids for _credit in range(2)])
            run = env["client.refund.run"].create([{"move_line_ids": [Command.set(credits.ids)]}])
            self.run_id, self.credit_ids = run.id, credits.ids
            run.action_prepare()
            env.cr.commit()

    def _submit_if_prepared(self):
        with self._transaction() as env:
            run = env["client.refund.run"].browse(self.run_id)
            if run.state == "prepared":
                run.action_submit()
                env.cr.commit()
            return run.state

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


@tagged("post_install", "-at_install")
class TestRunKilled(RunKilledCase):
    """The process that works on a run is killed again and again, at any statement: each client is paid once."""

    def test_killed_at_any_moment(self):
        random = Random(30)
        killed_in = []
        while len(killed_in) < KILLS:
            state = self._submit_if_prepared()
            self.assertNotEqual(state, "done", "the run is too short for so many kills")
            if self._work_in_process(self._work, die_at=random.randint(1, LIVES[state])) == -signal.SIGKILL:
                killed_in.append(state)
        self.assertEqual(set(killed_in), set(LIVES))
        self.assertGreater(killed_in.count("issuing"), KILLS / 3)
        while self._submit_if_prepared() != "done":
            self.assertEqual(self._work_in_process(self._work, die_at=None), 0)
        self._assert_each_paid_once()

    def _work(self, env):
        runs = env["client.refund.run"]
        while runs._search_at_work():
            runs._cron_work()


@tagged("post_install", "-at_install")
class TestSchedulerKilled(RunKilledCase):
    """The whole scheduler is killed, again and again: a minute later it is at work, and nobody has clicked."""

    # For how many calls to the database a scheduler lives: four times in a row it does not get through a chunk.
    LIVES = (80, 80, 80, 80, 1500)

    def test_killed_ten_times(self):
        random = Random(10)
        self.assertEqual(self._submit_prepared(), "checking")
        killed = 0
        for _minute in range(2 * KILLS):
            die_at = random.randint(1, self.LIVES[killed % len(self.LIVES)])
            if killed < KILLS and self._work_in_process(self._schedule, die_at) == -signal.SIGKILL:
                killed += 1
            self._pass_a_minute()
        self.assertEqual(killed, KILLS)
        self.assertNotEqual(self._get_state(), "done", "the run is too short for so many kills")
        for _minute in range(5):
            self.assertEqual(self._work_in_process(self._schedule, die_at=None), 0)
            self._pass_a_minute()
        self._assert_each_paid_once()

    def _submit_prepared(self):
        """Prepare and submit, as the clerk does; the rest is the scheduler's."""
        with self._transaction() as env:
            run = env["client.refund.run"].browse(self.run_id)
            while run.state == "preparing":
                run._process_chunk()
            run.action_submit()
            env.cr.commit()
            return run.state

    def _get_state(self):
        with self._transaction() as env:
            return env["client.refund.run"].browse(self.run_id).state

    def _schedule(self, env):
        """What the scheduler does once a minute, with this job alone."""
        with mute_logger("odoo.addons.base.models.ir_cron"):
            env["ir.cron"]._process_jobs_loop(env.cr, job_ids=self._get_cron(env).ids)

    def _pass_a_minute(self):
        """The next regular call is a minute nearer; what called it otherwise is lost, as it is with a dead job."""
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            cron = self._get_cron(env)
            env.cr.execute("DELETE FROM ir_cron_trigger WHERE cron_id = %s", cron.ids)
            env.cr.execute("UPDATE ir_cron SET nextcall = nextcall - INTERVAL '1 minute' WHERE id = %s", cron.ids)
            env.cr.commit()

    def _get_cron(self, env):
        return env.ref("client_refund_run.ir_cron_client_refund_run")
