from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.client_refund.tests.common import ClientRefundCommon

# core dates the payment of the day on which the provider confirms
PAID_ON = "2024-03-02 12:00:00"


class BackToCardCommon(ClientRefundCommon):
    """A web shop whose clients pay by card, through the demo provider and its own flows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.online = cls.env["account.journal"].create({"name": "Online", "code": "ONL", "type": "bank"})
        cls.provider = cls._create_provider()
        cls.method_line = cls.online.inbound_payment_method_line_ids.filtered("payment_provider_id")
        cls.in_transit = cls.outstanding_receipts
        cls.method_line.payment_account_id = cls.in_transit
        cls.other_currency = cls.setup_other_currency("EUR")
        cls.payee = cls._bank_account("NL91ABNA0417164300")

    @classmethod
    def _create_provider(cls):
        # only administrators of the system may read providers
        template = cls.env.ref("payment.payment_provider_demo").sudo()
        provider = template.copy({"company_id": cls.company.id, "state": "test", "name": "Card Demo"})
        provider.journal_id = cls.online
        return provider

    @classmethod
    def _pay_online(cls, amount, invoices=None, partner=None, currency=None, reference=None):
        """The client pays by card, and the provider confirms.

        :return: payment.transaction
        """
        transaction = (
            cls.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": cls.provider.id,
                    "payment_method_id": cls.env.ref("payment_demo.payment_method_demo").id,
                    "amount": amount,
                    "currency_id": (currency or cls.currency).id,
                    "partner_id": (partner or cls.client).id,
                    "operation": "online_direct",
                    "reference": reference or cls.env["payment.transaction"]._compute_reference("demo", prefix="SHOP"),
                    "invoice_ids": [Command.set(invoices.ids if invoices else [])],
                }
            )
        )
        with freeze_time(PAID_ON):
            transaction._process("demo", {"reference": transaction.reference, "simulated_state": "done"})
            transaction._post_process()
        return transaction

    @classmethod
    def _card_credit(cls, amount, **values):
        """An unallocated online payment: the journal item that the client is owed."""
        return cls._receivable_items(cls._pay_online(amount, **values).payment_id.move_id)

    @classmethod
    def _card_refund(cls, amounts, by_bank=None, **values):
        """An issued refund whose credits go back to the card, but for those by bank."""
        refund = cls._card_draft(amounts, by_bank, **values)
        refund.action_post()
        return refund

    @classmethod
    def _card_draft(cls, amounts, by_bank=None, **values):
        lines = [
            Command.create({"move_line_id": credit.id, "amount": amount, "to_source": to_source})
            for group, to_source in ((amounts, True), (by_bank or {}, False))
            for credit, amount in group.items()
        ]
        return cls.refunds.create(
            [
                {
                    "partner_id": cls.client.id,
                    "date": "2024-04-01",
                    "journal_id": cls.bank.id,
                    "line_ids": lines,
                    **values,
                }
            ]
        )

    @contextmanager
    def _refused(self, reason, error=UserError):
        """Refused, and nothing of it is left."""
        with self.assertRaisesRegex(error, reason), self.cr.savepoint():
            yield

    def _work(self):
        """What the scheduler does, in the transaction of the test."""
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: float("inf")):
            self.env["payment.transaction"].sudo()._cron_client_refund_calls()

    @contextmanager
    def _provider_answers(self, state):
        """The demo provider answers a refund with another state than done; counts how often it is asked."""
        asked = []

        def answer(transaction):
            asked.append(transaction.reference)
            if isinstance(state, Exception):
                raise state
            if state:
                transaction._process("demo", {"reference": transaction.reference, "simulated_state": state})

        with patch.object(self.env.registry["payment.transaction"], "_send_refund_request", answer):
            yield asked

    def _online_refund(self, refund):
        return refund.line_ids.refund_transaction_id.sudo()

    def _activities(self, refund):
        return refund.activity_ids.mapped("summary")
