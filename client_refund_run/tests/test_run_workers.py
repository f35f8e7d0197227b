from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import close_db
from odoo.tests import get_db_name, tagged

from odoo.addons.client_refund.tests.killing import KilledCase

from .common_run import ClientRefundRunCommon
from .transactions_run import RunTransactionsCase

WORK = "odoo.addons.client_refund_run.models.client_refund_run_work"


@tagged("post_install", "-at_install")
class TestRunWorkers(RunTransactionsCase, KilledCase):
    """Two processes work on one run at the same time: each finds something to do, and each client is paid once."""

    CLIENTS = 6

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{WORK}.CHUNK", 2))
        with self._transaction() as env:
            client_ids = [self._make_client(env, f"Worked {number}") for number in range(self.CLIENTS)]
            credits = self._make_entries(env, [(client_id, -10) for client_id in client_ids])
            run = env["client.refund.run"].create([{"move_line_ids": [Command.set(credits.ids)]}])
            self.run_id, self.credit_ids = run.id, credits.ids
            run.action_prepare()
            self._work_off(run, "preparing")
            run.action_submit()
            self._work_off(run, "checking")
            env.cr.commit()

    def _work_off(self, run, state):
        while run.state == state:
            run._process_chunk()

    def _issued(self, env):
        return env["client.refund"].search([("run_id", "=", self.run_id), ("state", "in", ("in_process", "paid"))])

    def _work(self, env):
        """What the scheduler does."""
        run = env["client.refund.run"].browse(self.run_id)
        while run.state == "issuing":
            run._try_chunk()
            env.cr.commit()
            env.invalidate_all()

    def _work_in_thread(self):
        with self._transaction() as env:
            self._work(env)

    def _assert_each_paid_once(self):
        with self._transaction() as env:
            run = env["client.refund.run"].browse(self.run_id)
            self.assertEqual((run.state, run.issued_count), ("done", self.CLIENTS))
            payments = env["account.payment"].search([("partner_id", "in", self.client_ids)])
            self.assertEqual(sorted(payments.partner_id.ids), sorted(self.client_ids))
            self.assertEqual(payments.mapped("amount"), [10.0] * self.CLIENTS)
            self.assertEqual(payments, run.refund_ids.payment_ids)
            self.assertEqual(len(set(payments.mapped("name"))), self.CLIENTS)
            self.assertTrue(all(env["account.move.line"].browse(self.credit_ids).mapped("reconciled")))

    def test_one_takes_what_the_other_leaves(self):
        with self._transaction() as env, self._transaction() as other:
            first, second = (
                with_env["client.refund.run"].browse(self.run_id)._as_worker()._take_refunds(2)
                for with_env in (env, other)
            )
            self.assertEqual((len(first), len(second)), (2, 2))
            self.assertFalse(set(first.ids) & set(second.ids))

    def test_who_waits_for_a_number_pays_nobody_twice(self):
        with ThreadPoolExecutor() as workers, self._transaction() as env:
            self.assertTrue(env["client.refund.run"].browse(self.run_id)._try_chunk())
            other = workers.submit(self._work_in_thread)  # waits for the numbers of the journal
            env.cr.commit()
            self._work_in_thread()
            other.result()
        self._assert_each_paid_once()

    def test_two_processes_pay_nobody_twice(self):
        close_db(get_db_name())  # connections are not shared with the parent
        processes = [
            get_context("fork").Process(target=self._live, args=(self._work, None), daemon=True) for _worker in range(2)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        self.assertEqual([process.exitcode for process in processes], [0, 0])
        self._assert_each_paid_once()


@tagged("post_install", "-at_install")
class TestRunPace(ClientRefundRunCommon):
    """A chunk takes a few seconds, on slow machines too."""

    def setUp(self):
        super().setUp()
        self.pace = {}
        self.startPatcher(patch(f"{WORK}._seconds_each", self.pace))
        for client in self.clients:
            self._entry(10, partner=client)
        self.prepared = self._create_run()

    def test_it_is_seen_how_long_one_takes(self):
        with patch(f"{WORK}.monotonic", side_effect=[100, 103]):
            self.prepared.action_prepare()
        self.assertEqual(self.pace, {(self.env.cr.dbname, "preparing"): 1})

    def test_as_many_as_take_a_few_seconds(self):
        self.assertEqual(self.prepared._get_chunk_size(), 20, "a few as long as nothing is known")
        for seconds, size in ((0.1, 50), (0.001, 100), (100, 5)):
            self.pace[self.env.cr.dbname, "draft"] = seconds
            self.assertEqual(self.prepared._get_chunk_size(), size)
