from unittest import SkipTest

from odoo import Command

from odoo.addons.client_refund.tests.common import ClientRefundCommon


class ClientRefundRunCommon(ClientRefundCommon):
    """Three clients who are owed something, and a clerk who prepares a run for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "client.refund.run" not in cls.env:
            raise SkipTest("there are no runs without client_refund_run")
        cls.third_client = cls._create_client("Cedar Farms")
        cls.clients = cls.client | cls.other_client | cls.third_client
        cls.runs = cls.env["client.refund.run"].with_user(cls.clerk)

    @classmethod
    def _create_run(cls, **values):
        # none but the clients of the test
        tag = cls.env["res.partner.category"].search([("name", "=", "In the run")])
        if not tag:
            tag = cls.env["res.partner.category"].create({"name": "In the run"})
            cls.clients.category_id = [Command.link(tag.id)]
        return cls.runs.create(
            [{"date": "2024-04-01", "journal_id": cls.bank.id, "category_ids": [Command.set(tag.ids)], **values}]
        )

    def _prepare(self, **values):
        run = self._create_run(**values)
        run.action_prepare()
        self._work(run)
        return run

    def _prepare_three(self):
        for client in self.clients:
            self._entry(100, partner=client)
        return self._prepare()

    def _issue(self, run):
        """Submit and work off."""
        run.action_submit()
        self._work(run)
        return run

    def _work(self, run):
        """What the scheduler does, in the transaction of the test."""
        run = run.sudo()
        while run.is_working:
            self.assertTrue(run._process_chunk(), "the work goes on")

    def _by_client(self, run):
        return {refund.partner_id: refund for refund in run.refund_ids}

    def _skipped(self, run):
        """What is left out: set of (client, kind, amount)."""
        return {(skip.partner_id, skip.kind, skip.amount) for skip in run.skip_ids}
