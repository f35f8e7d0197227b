from odoo import api, models
from odoo.fields import Domain

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES
from odoo.addons.client_refund.tools.workflow import with_workflow


class ClientRefund(models.Model):
    """What a client sees of a refund on the portal, and in which words."""

    _name = "client.refund"
    _inherit = ["client.refund", "portal.mixin"]

    def write(self, vals):
        if "partner_id" not in vals:
            return super().write(vals)
        clients = {refund: refund.partner_id for refund in self}
        result = super().write(vals)
        with_workflow(self.filtered(lambda refund: refund.partner_id != clients[refund]))._forget_client()
        return result

    def _forget_client(self):
        """These belong to another client now: a link that the one before was sent opens nothing of that one."""
        self.access_token = False

    def _compute_access_url(self):
        for refund in self:
            refund.access_url = f"/my/refunds/{refund.id}"

    def _portal_ensure_token(self):
        return super(ClientRefund, with_workflow(self))._portal_ensure_token()

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", **_tokens):
        """The link in a mail opens the client's page, not what colleagues say to each other."""
        return super()._get_thread_with_access(thread_id, mode=mode)

    @api.model
    def _get_portal_domain(self):
        """The refunds that clients see: those that were issued, whatever became of them, and what clients asked for.

        :return: Domain, to be combined with whose refunds they are
        """
        return (
            Domain("state", "in", ISSUED_STATES)
            | Domain("issued_on", "!=", False)
            | Domain("is_client_request", "=", True)
        )

    def _get_portal_status(self):
        """What has become of this refund, in the client's words.

        :return: (str, str), the words and the color of their badge
        """
        self.ensure_one()
        if self.state == "in_process":
            return self.env._("On its way"), "info"
        if self.state == "paid":
            return self.env._("Paid out") if self._is_paying() else self.env._("Settled with your invoices"), "success"
        if self.returned_on:
            return self.env._("Returned by your bank"), "warning"
        if self.state == "canceled":
            return self.env._("Taken back") if self.issued_on else self.env._("Declined"), "secondary"
        return self.env._("Received, being looked at"), "primary"

    def _has_portal_notice(self):
        """Whether there is a notice to download: what was not issued gives none."""
        self.ensure_one()
        return self._is_issued() or bool(self.issued_on)

    def _get_report_base_filename(self):
        return self._get_notice_file_name()
