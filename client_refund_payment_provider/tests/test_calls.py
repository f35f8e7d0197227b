import os
import signal
from multiprocessing import get_context

from odoo import Command
from odoo.exceptions import UserError
from odoo.sql_db import close_db
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from .common_calls import CallsCase


@tagged("post_install", "-at_install")
class TestCalls(CallsCase):
    """In real transactions: whatever happens at the same moment, a provider is asked once."""

    def test_asked_once_by_two_schedulers(self):
        refund_id = self._make_refund()

        def second_scheduler(_transaction):
            with self._scheduler() as second:
                second._cron_client_refund_calls()

        with self._provider_counts(second_scheduler) as asked, self._scheduler() as first:
            first._cron_client_refund_calls()
            first._cron_client_refund_calls()
        self.assertEqual(len(asked), 1)
        self._assert_status(refund_id, "done", "called")

    def test_second_scheduler_with_a_view_from_before_the_first(self):
        """Its lock is the first's until that has ended; then it sees what was marked, or fails."""
        self._make_refund()
        with self._provider_counts() as asked, self._scheduler() as first, self._scheduler() as second:
            waiting = second._search_calls("waiting")
            self.assertEqual(len(waiting), 1)
            first._cron_client_refund_calls()
            with mute_logger("odoo.sql_db"):
                self.assertFalse(waiting._try_step(waiting._begin_call))
        self.assertEqual(len(asked), 1)

    def test_the_mark_is_committed_before_the_provider_is_asked(self):
        refund_id = self._make_refund()
        seen = []

        def look(transaction):
            with self._scheduler() as other:
                seen.append(other.browse(transaction.id).client_refund_call)

        with self._provider_counts(look), self._scheduler() as scheduler:
            scheduler._cron_client_refund_calls()
        self.assertEqual(seen, ["calling"])
        self._assert_status(refund_id, "done")

    def test_killed_while_the_provider_is_asked(self):
        """Nobody knows whether it was refunded: it is not asked again, somebody must look."""
        refund_id = self._make_refund()
        self.assertEqual(self._work_in_process(die=True), -signal.SIGKILL)
        self._assert_status(refund_id, "calling")
        with self._provider_counts() as asked, self._scheduler() as scheduler:
            scheduler._cron_client_refund_calls()
        self.assertEqual(asked, [])
        self._assert_status(refund_id, "unknown", "unknown")
        with self._transaction() as env:
            refund = env["client.refund"].browse(refund_id)
            self.assertEqual(refund.state, "in_process")
            self.assertEqual(refund.activity_ids.mapped("summary"), ["Check at the provider"])
            self.assertEqual(self._credit(env).amount_residual, 0)

    def _work_in_process(self, die):
        close_db(get_db_name())  # connections are not shared with the parent
        process = get_context("fork").Process(target=self._work_and_die, daemon=True)
        process.start()
        process.join(120)
        return process.exitcode

    def _work_and_die(self):
        def die(_transaction):
            os.kill(os.getpid(), signal.SIGKILL)

        with self._provider_counts(die), self._scheduler() as scheduler:
            scheduler._cron_client_refund_calls()

    def test_error_of_our_own_while_the_provider_is_asked(self):
        """What it answered is lost with the transaction: unknown, not asked again."""
        refund_id = self._make_refund()

        def fail(_transaction):
            raise KeyError("status")

        with self._provider_counts(fail) as asked, self._scheduler() as scheduler:
            with self.assertLogs("odoo.addons.client_refund_payment_provider", "ERROR"):
                scheduler._cron_client_refund_calls()
            self._assert_status(refund_id, "calling")
            scheduler._cron_client_refund_calls()
        self.assertEqual(len(asked), 1)
        self._assert_status(refund_id, "unknown")

    def test_provider_tells_before_its_answer_is_stored(self):
        """The message overtakes the answer: nothing is asked again, and it is known."""
        refund_id = self._make_refund()

        def message(transaction):
            with self._scheduler() as other:
                same = other.browse(transaction.id)
                same._process("demo", {"reference": same.reference, "simulated_state": "done"})
                other.env.cr.commit()

        with self._provider_counts(message) as asked, self._scheduler() as scheduler:
            with mute_logger("odoo.sql_db"):
                scheduler._cron_client_refund_calls()
            scheduler._cron_client_refund_calls()
        self.assertEqual(len(asked), 1)
        self._assert_status(refund_id, "done", "called")

    def test_one_that_fails_does_not_hold_the_others(self):
        with self._transaction() as env:
            refunds = [self._refund(env, amount) for amount in (30, 50)]
            ids = [refund.id for refund in refunds]
            env.cr.commit()

        def fail_first(transaction):
            if transaction.amount == -30:
                raise KeyError("status")

        with self._provider_counts(fail_first) as asked, self._scheduler() as scheduler:
            with self.assertLogs("odoo.addons.client_refund_payment_provider", "ERROR"):
                scheduler._cron_client_refund_calls()
        self.assertEqual(len(asked), 2)
        self._assert_status(ids[1], "done")

    def test_undone_while_it_is_being_sent(self):
        refund_id = self._make_refund()
        refused = []

        def undo(_transaction):
            with self._transaction() as env:
                try:
                    env["client.refund"].browse(refund_id).action_undo("Meanwhile")
                except UserError as error:
                    refused.append(str(error))

        with self._provider_counts(undo), self._scheduler() as scheduler:
            scheduler._cron_client_refund_calls()
        self.assertRegex(refused[0], "Somebody else|this can't be undone")
        self._assert_status(refund_id, "done")

    def test_undone_before_the_scheduler_comes_to_it(self):
        refund_id = self._make_refund()
        with self._provider_counts() as asked, self._scheduler() as scheduler, self._transaction() as env:
            waiting = scheduler._search_calls("waiting")
            self.assertEqual(len(waiting), 1)
            env["client.refund"].browse(refund_id).action_undo("Just in time")
            env.cr.commit()
            with mute_logger("odoo.sql_db"):
                self.assertFalse(waiting._try_step(waiting._begin_call))
            scheduler._cron_client_refund_calls()
        self.assertEqual(asked, [])
        self._assert_status(refund_id, "failed")

    # ------------------------------------------------------------------
    # Never more than was paid
    # ------------------------------------------------------------------

    def test_replayed_request_makes_one_online_refund(self):
        """The first try fails in the end, as after a serialization failure: nothing of it is left, nothing was sent."""
        tries = []

        def act(env):
            refund = self._refund(env)
            env.flush_all()
            tries.append(refund.id)
            if len(tries) == 1:
                env.cr.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

        with self._provider_counts() as asked:
            with self._transaction() as env, mute_logger("odoo.sql_db"):
                self._replay(env, lambda: act(env))
                env.cr.commit()
            self.assertEqual((len(tries), asked), (2, []))
            with self._scheduler() as scheduler:
                scheduler._cron_client_refund_calls()
            self.assertEqual(len(asked), 1)
        with self._transaction() as env:
            source = env["payment.transaction"].browse(self.source_id)
            self.assertEqual(source.child_transaction_ids.mapped("amount"), [-100])

    def test_replayed_call_with_the_same_reference(self):
        with self._transaction() as env:
            values = {
                "partner_id": self.client_id,
                "lines": [{"move_line_id": self._credit(env).id, "amount": 60, "to_source": True}],
                "external_reference": "shop-60",
            }
            first = env["client.refund"].create_refund(values)
            env.cr.commit()
            self.assertEqual(env["client.refund"].create_refund(values), first)
            env.cr.commit()
            self.assertEqual(env["payment.transaction"].browse(self.source_id).amount_refund_left, 40)

    def _make_notes(self, env):
        """Two credit notes over 70 each, of an invoice over 100 that was paid online."""
        source = env["payment.transaction"].browse(self.source_id)
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client_id,
                "invoice_line_ids": [Command.create({"name": "Fee", "price_unit": 100, "tax_ids": []})],
            }
        )
        invoice.action_post()
        invoice.transaction_ids = source
        self._receivable_items(invoice | source.payment_id.move_id).reconcile()
        notes = env["account.move"].create(
            [
                {
                    "move_type": "out_refund",
                    "partner_id": self.client_id,
                    "reversed_entry_id": invoice.id,
                    "invoice_line_ids": [Command.create({"name": "Fee", "price_unit": 70, "tax_ids": []})],
                }
                for _note in range(2)
            ]
        )
        notes.action_post()
        return self._receivable_items(notes)

    def test_two_users_refund_two_credits_of_one_online_payment(self):
        """70 and 70 of 100, at the same moment: other credits, the same card."""
        with self._transaction() as first, self._transaction() as second:
            credits = self._make_notes(first)
            first.cr.commit()
            self.assertEqual(second["payment.transaction"].browse(self.source_id).amount_refund_left, 100)
            self._refund_credit(first, credits[0])
            with self.assertRaisesRegex(UserError, r"Somebody else .* online payment CALLS\S* of .+ \(.*00\) right"):
                self._refund_credit(second, credits[1])
            second.cr.rollback()
            self.assertEqual(second["payment.transaction"].browse(self.source_id).amount_refund_left, 100)
            first.cr.commit()
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(UserError, r"30\.00 of online payment CALLS\S* \(.*100\.00\) is left"),
            ):
                self._replay(second, lambda: self._refund_credit(second, credits[1]))

    def _refund_credit(self, env, credit):
        refund = env["client.refund"].create(
            [
                {
                    "partner_id": self.client_id,
                    "line_ids": [Command.create({"move_line_id": credit.id, "to_source": True})],
                }
            ]
        )
        refund.action_post()

    def test_core_refunds_at_the_same_moment(self):
        with self._transaction() as first, self._transaction() as second:
            source = second["payment.transaction"].browse(self.source_id)
            self.assertEqual(source.amount_refund_left, 100)
            self._draft(first, 70)
            with self.assertRaisesRegex(UserError, "Somebody else is refunding online payment"):
                source.action_refund(amount_to_refund=50)
            second.cr.rollback()
            self.assertEqual(source.amount_refund_left, 100)
            first.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, r"30\.00 of .*100\.00\) is left"):
                self._replay(second, lambda: source.action_refund(amount_to_refund=50))
