from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourManyCredits(ClientRefundCommon, HttpCase):
    """A clerk refunds a client who is owed more often than a page of a list shows, in a browser."""

    def test_many_credits(self):
        credits = self._many_credits()

        self.start_tour(
            f"/odoo/res.partner/{self.client.id}",
            "client_refund_many_credits",
            login=self.clerk.login,
        )

        refund = self.refunds.search([("partner_id", "=", self.client.id)])
        self.assertIn(refund.state, ISSUED_STATES)
        self.assertEqual(len(refund.line_ids), 199)
        self.assertEqual(-sum(credits.mapped("amount_residual")), 16)
        self.assertEqual(
            {credit: -credit.amount_residual for credit in credits if credit.amount_residual},
            {credits[0]: 6, credits[80]: 10},
        )

    def test_chosen_from_the_menu(self):
        credits = self._many_credits()

        self.start_tour(
            "/odoo/action-account.action_account_payments",
            "client_refund_many_credits_of_a_chosen_client",
            login=self.clerk.login,
        )

        self.assertEqual(-sum(credits.mapped("amount_residual")), 6)

    def _many_credits(self):
        """Two entries of a hundred items of 10.00 each."""
        entries = self.env["account.move"].create(
            [
                {
                    "date": f"2024-01-{day:02}",
                    "line_ids": [
                        Command.create({"account_id": self.receivable.id, "partner_id": self.client.id, "balance": -10})
                    ]
                    * 100
                    + [Command.create({"account_id": self.revenue.id, "balance": 1000})],
                }
                for day in range(1, 3)
            ]
        )
        entries.action_post()
        return self._receivable_items(entries).sorted(lambda item: (item.date, item.id))
