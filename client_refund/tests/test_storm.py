import os
from collections import Counter
from itertools import count
from multiprocessing import get_context
from random import Random

from psycopg2 import OperationalError

from odoo import Command
from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.sql_db import close_db
from odoo.tests import get_db_name, tagged

from .transactions import TransactionsCase


@tagged("post_install", "-at_install")
class TestStorm(TransactionsCase):
    """8 processes refund the same clients at once: money out equals credits in, to the cent."""

    PROCESSES = 8
    TRIES = int(os.environ.get("TRIES") or 10)  # of each process; at night more
    CLIENTS = 2 * TRIES

    def setUp(self):
        super().setUp()
        random = Random(8)
        with self._transaction() as env:
            client_ids = [self._make_client(env, f"Storm {number}") for number in range(self.CLIENTS)]
            credits = self._make_entries(
                env, [(client_id, -random.randint(1, 99_999) / 100) for client_id in client_ids for _credit in range(2)]
            )
            self.amounts = {credit.id: -credit.balance for credit in credits}
            env.cr.commit()

    def test_storm(self):
        # connections are not shared, not even those that core's post-commit hooks take from the registry
        close_db(get_db_name())
        context = get_context("fork")
        reports = context.SimpleQueue()
        processes = [
            context.Process(target=self._storm, args=(number, reports), daemon=True) for number in range(self.PROCESSES)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(300)
        self.assertEqual([process.exitcode for process in processes], [0] * self.PROCESSES)
        made = sum((reports.get() for _process in processes), Counter())
        # a storm, not one process after the other, which would meet no lock and no change of others
        self.assertGreater(made["locked"] + made["replayed"], self.PROCESSES)
        self.assertGreater(made["issued"], self.PROCESSES)
        self._assert_consistent()
        self._refund_the_rest()
        self._assert_consistent()
        self._assert_all_paid()

    def _storm(self, number, reports):
        """What each process does: refund clients in an order of its own, sometimes undo, and count.

        Apart are counted what met others (a credit locked by another process, a transaction done again since another
        one changed what it had read) and what found nothing left.
        """
        random = Random(number)
        made = Counter()
        for client_id in random.choices(self.client_ids, k=self.TRIES):
            act = self._undo_one if random.random() < 0.2 else self._refund_some
            with self._transaction() as env:
                counted = self._count_replays(
                    made, lambda env=env, act=act, client_id=client_id: act(env, client_id, random)
                )
                try:
                    made[self._replay(env, counted)] += 1
                    env.cr.commit()
                except LockError:
                    made["locked"] += 1
                except (ConcurrencyError, OperationalError):
                    made["given up"] += 1
                except UserError as error:
                    made["locked" if "right now" in str(error) else "refused"] += 1
        reports.put(made)
        os._exit(0)

    def _count_replays(self, made, act):
        """The same act, which counts how often it is done again."""
        tries = count()

        def counted():
            made["replayed"] += next(tries) > 0
            return act()

        return counted

    def _refund_some(self, env, client_id, random):
        """Refund a part of what is open of a client, or all of it."""
        items = env["account.move.line"]
        client = env["res.partner"].browse(client_id)
        credits = items.search(items._get_open_credit_domain() & items._get_client_domain(client, env.company))
        lines = [
            {
                "move_line_id": credit.id,
                "amount": round(credit.amount_refundable * random.choice((1, 1, 0.5)), 2) or 0.01,
            }
            for credit in credits
        ]
        env["client.refund"].create_refund({"partner_id": client_id, "lines": lines})
        return "issued"

    def _undo_one(self, env, client_id, random):
        refunds = env["client.refund"].search([("partner_id", "=", client_id), ("state", "=", "in_process")])
        random.choice(refunds or [refunds]).action_undo("Storm")
        return "undone" if refunds else "refused"

    def _assert_consistent(self):
        """Each credit is smaller by exactly what was paid for it, and each payment belongs to a refund."""
        with self._transaction() as env:
            credits = env["account.move.line"].browse(self.amounts)
            refunds = env["client.refund"].search([("partner_id", "in", self.client_ids)])
            issued = refunds.filtered(lambda refund: refund._is_issued())
            for credit in credits:
                paid = sum(
                    issued.line_ids.filtered(lambda line, credit=credit: line.move_line_id == credit).mapped("amount")
                )
                self.assertAlmostEqual(-credit.amount_residual, self.amounts[credit.id] - paid, 2)
                self.assertGreaterEqual(round(-credit.amount_residual, 2), 0)
            for refund in issued:
                self.assertTrue(refund._is_paid_exactly())
            payments = env["account.payment"].search(
                [("partner_id", "in", self.client_ids), ("state", "!=", "canceled")]
            )
            self.assertEqual(payments, issued.payment_ids)
            self.assertAlmostEqual(
                sum(payments.mapped("amount")),
                sum(self.amounts.values()) + sum(credits.mapped("amount_residual")),
                2,
            )

    def _refund_the_rest(self):
        with self._transaction() as env:
            credits = env["account.move.line"].browse(self.amounts).filtered(lambda credit: not credit.reconciled)
            refunds = env["client.refund"].create(
                [
                    {
                        "partner_id": client.id,
                        "line_ids": [Command.create({"move_line_id": item.id}) for item in items],
                    }
                    for client, items in credits.grouped("partner_id").items()
                ]
            )
            refunds.action_submit()
            env.cr.commit()

    def _assert_all_paid(self):
        with self._transaction() as env:
            credits = env["account.move.line"].browse(self.amounts)
            self.assertEqual(set(credits.mapped("reconciled")), {True})
            payments = env["account.payment"].search(
                [("partner_id", "in", self.client_ids), ("state", "!=", "canceled")]
            )
            self.assertAlmostEqual(sum(payments.mapped("amount")), sum(self.amounts.values()), 2)
