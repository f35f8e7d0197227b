from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command, api
from odoo.tools import SQL

from odoo.addons.client_refund.tests.transactions import TransactionsCase


class CallsCase(TransactionsCase):
    """An online payment of 100, committed, whose provider counts how often it is asked to refund."""

    def setUp(self):
        super().setUp()
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            journal = env["account.journal"].create({"name": "Online calls", "code": "ONLC", "type": "bank"})
            provider = env.ref("payment.payment_provider_demo").copy(
                {"company_id": env.company.id, "state": "test", "name": "Card Demo"}
            )
            provider.journal_id = journal
            self.journal_id, self.provider_id = journal.id, provider.id
            self.client_id = self._make_client(env, "Cedar Estates")
            self.source_id = self._pay_online(env, 100).id
            env.cr.commit()

    def _pay_online(self, env, amount):
        transaction = env["payment.transaction"].create(
            {
                "provider_id": self.provider_id,
                "payment_method_id": env.ref("payment_demo.payment_method_demo").id,
                "amount": amount,
                "currency_id": env.company.currency_id.id,
                "partner_id": self.client_id,
                "operation": "online_direct",
                "reference": env["payment.transaction"]._compute_reference("demo", prefix="CALLS"),
            }
        )
        transaction._process("demo", {"reference": transaction.reference, "simulated_state": "done"})
        transaction._post_process()
        return transaction

    def _credit(self, env):
        payment = env["payment.transaction"].browse(self.source_id).payment_id
        return self._receivable_items(payment.move_id)

    def _draft(self, env, amount=100):
        return env["client.refund"].create(
            [
                {
                    "partner_id": self.client_id,
                    "line_ids": [
                        Command.create({"move_line_id": self._credit(env).id, "amount": amount, "to_source": True})
                    ],
                }
            ]
        )

    def _refund(self, env, amount=100):
        refund = self._draft(env, amount)
        refund.action_post()
        return refund

    def _make_refund(self):
        with self._transaction() as env:
            refund = self._refund(env)
            env.cr.commit()
            return refund.id

    @contextmanager
    def _scheduler(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            yield env["payment.transaction"]

    @contextmanager
    def _provider_counts(self, also=lambda transaction: None):
        """The demo provider refunds, and counts how often it is asked; something else may happen before it answers."""
        asked = []

        def answer(transaction):
            asked.append(transaction.reference)
            also(transaction)
            transaction._process("demo", {"reference": transaction.reference, "simulated_state": "done"})

        with (
            self._transaction() as env,
            patch.object(env.registry["payment.transaction"], "_send_refund_request", answer),
        ):
            yield asked

    def _assert_status(self, refund_id, status, call=None):
        with self._transaction() as env:
            line = env["client.refund"].browse(refund_id).line_ids
            self.assertEqual(line.provider_status, status)
            if call:
                self.assertEqual(line.refund_transaction_id.client_refund_call, call)

    def _receivable_items(self, moves):
        return moves.line_ids.filtered(lambda item: item.account_type == "asset_receivable")

    def _clean_up(self):
        """SQL, since what a provider was asked for is kept."""
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            refunds = env["client.refund"].search([("partner_id", "in", self.client_ids)])
            env.cr.execute(
                SQL(
                    "UPDATE client_refund_line SET source_transaction_id = NULL, refund_transaction_id = NULL, "
                    "payment_line_id = NULL WHERE refund_id = ANY(%s)",
                    refunds.ids,
                )
            )
            env.cr.execute(SQL("DELETE FROM account_payment WHERE partner_id = ANY(%s)", self.client_ids))
            env.cr.execute(SQL("DELETE FROM payment_transaction WHERE provider_id = %s", self.provider_id))
            env.cr.commit()
        result = super()._clean_up()
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env.cr.execute(
                SQL(
                    "DELETE FROM account_move WHERE journal_id = %s OR partner_id = ANY(%s)",
                    self.journal_id,
                    self.client_ids,
                )
            )
            env["payment.provider"].browse(self.provider_id).write({"state": "disabled"})
            env["account.payment.method.line"].search([("journal_id", "=", self.journal_id)]).unlink()
            env["payment.provider"].browse(self.provider_id).unlink()
            env["account.journal"].browse(self.journal_id).unlink()
            env.cr.commit()
        return result
