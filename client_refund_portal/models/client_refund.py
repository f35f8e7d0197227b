from odoo import api, models
from odoo.fields import Domain

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES
from odoo.addons.client_refund.tools.workflow import with_workflow


class ClientRefund(models.Model):
    """What a client sees of a refund on the portal, and in which words."""

    _name = "client.refund"
    _inherit = ["client.refund", "portal.mixin"]

    def _compute_access_url(self):
        for refund in self:
            refund.access_url = f"/my/refunds/{refund.id}"

    # -------------------------------------------------------------------------
    # Whose it is
    # -------------------------------------------------------------------------

    def write(self, vals):
        clients = {refund: refund.partner_id for refund in self} if "partner_id" in vals else {}
        result = super(ClientRefund, self._with_own_items(vals)).write(vals)
        if moved := self.filtered(lambda refund: refund.partner_id != clients.get(refund, refund.partner_id)):
            with_workflow(moved)._forget_client()
        return result

    def _with_own_items(self, vals):
        """The same refunds, whose credits and invoices change with them where the values say so."""
        refunds = self
        for items in (refunds[name] for name in ("line_ids", "offset_ids") if name in vals):
            refunds = with_workflow(refunds, owner=items)
        return refunds

    def _forget_client(self):
        """These belong to another client now: a link that the one before was sent opens nothing of that one."""
        self.access_token = False
        self._filter_client_requests()._stop_asking()

    # -------------------------------------------------------------------------
    # Links
    # -------------------------------------------------------------------------

    def _portal_ensure_token(self):
        return super(ClientRefund, with_workflow(self))._portal_ensure_token()

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", **_tokens):
        """The link in a mail opens the client's page, not what colleagues say to each other."""
        return super()._get_thread_with_access(thread_id, mode=mode)

    # -------------------------------------------------------------------------
    # What a client sees
    # -------------------------------------------------------------------------

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

    @api.model
    def _get_own_portal_domain(self):
        """The refunds that the user sees as a client, as core shows invoices."""
        client = self.env.user.partner_id.commercial_partner_id
        return (
            self._get_portal_domain()
            & Domain("partner_id", "child_of", client.ids)
            & Domain("company_id", "in", self.env.companies.ids)
        )

    @api.model
    def _find_own_on_portal(self, refund_id):
        """A refund that the user sees as a client.

        :return: client.refund as superuser, since clients have no right on refunds; none where it is not the user's own
        """
        return self.sudo().search(self._get_own_portal_domain() & Domain("id", "=", refund_id))

    def _get_portal_message_domain(self):
        """What the client wrote about this refund, and what was written to the client: no note, and nothing that
        colleagues write to each other or to somebody else.

        :return: Domain of mail.message
        """
        self.ensure_one()
        return (
            Domain("model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("message_type", "in", ("comment", "email"))
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
            & (Domain("body", "!=", False) | Domain("attachment_ids", "!=", False))
            & (
                Domain("author_id.commercial_partner_id", "=", self.partner_id.id)
                | Domain("partner_ids.commercial_partner_id", "=", self.partner_id.id)
            )
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
        if self.withdrawn_on:
            return self.env._("Withdrawn by you"), "secondary"
        if self.state == "canceled":
            return self.env._("Canceled") if self.issued_on else self.env._("Declined"), "secondary"
        return self.env._("Received, in review"), "primary"

    def _get_portal_next_step(self):
        """What the client can expect, or do, next.

        :return: str
        """
        self.ensure_one()
        if self.state == "in_process":
            return self.env._(
                "The money is on its way. Depending on your bank, it may take a few days until you see it."
            )
        if self.state == "paid":
            return ""
        if self.returned_on:
            return self.env._("Your bank sent the money back to us. Please contact us, so that we can pay it again.")
        if self.withdrawn_on:
            return self.env._("Nothing is paid. You can ask again at any time.")
        if self.state == "canceled":
            return self.env._("Nothing is paid out. If you have a question, contact us.")
        if self._get_request_recipient().email_normalized:
            return self.env._(
                "Thank you, we received your request. We will review it and inform you here and by email."
            )
        return self.env._("Thank you, we received your request. We will review it and inform you here.")

    def _has_portal_notice(self):
        """Whether there is a notice to download: what was not issued gives none."""
        self.ensure_one()
        return self._is_issued() or bool(self.issued_on)

    def _get_report_base_filename(self):
        return self._get_notice_file_name()
