from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_refund_request import REQUEST_ACTIVITY, refusing_in_other_words

APPROVED_TEMPLATE = "client_refund_portal.mail_template_request_approved"
DECLINED_TEMPLATE = "client_refund_portal.mail_template_request_declined"


class ClientRefundRequestAnswer(models.Model):
    """What becomes of a client's request: it is approved, declined or withdrawn, and the client is told."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    client_reason = fields.Text(
        string="Reason for the Client",
        readonly=True,
        copy=False,
        help="Why the request was declined, as the client reads it on the portal and in the email.",
    )
    withdrawn_on = fields.Datetime(
        string="Withdrawn by the Client",
        readonly=True,
        copy=False,
    )

    def _filter_open_requests(self):
        """What clients asked for that is not answered yet.

        :return: client.refund
        """
        return self._filter_client_requests().filtered(lambda refund: refund._is_changeable())

    # -------------------------------------------------------------------------
    # Approved
    # -------------------------------------------------------------------------

    def _issue(self):
        result = super()._issue()
        requests = self._filter_client_requests()
        # the notice says it all where it is sent now
        requests.filtered(lambda request: request.notice_step != "to_send")._write_to_client(APPROVED_TEMPLATE)
        return result

    # -------------------------------------------------------------------------
    # Declined
    # -------------------------------------------------------------------------

    def action_decline(self, reason, client_reason=""):
        """Decline what clients asked for: it is canceled and gives back what it holds, and the clients are told.

        :param reason: str, why; for colleagues alone
        :param client_reason: str, why, in words for the client; none is told without
        :return: True
        :raise UserError: names what can't be declined; then nothing is
        """
        requests = with_workflow(self)
        requests._check_changeable()
        raise_problems(
            (refund, self.env._("no client asked for it. Undo it instead."))
            for refund in requests - requests._filter_client_requests()
        )
        requests.client_reason = client_reason
        is_approver = self.env.user.has_group("client_refund.group_client_refund_approve")
        rejected = requests.filtered(lambda request: is_approver and request.can_approve)
        if rejected:
            rejected.action_reject(reason)
        if others := requests - rejected:
            others.action_undo(reason)
        return True

    def _get_decline_alerts(self):
        """What becomes of these requests when they are declined.

        :return: dict of banners, `message` and `level`
        """
        message = self.env._("The request is canceled and no longer reserves its credits. The client gets an email.")
        return {"decline": {"message": message, "level": "info"}}

    def _turn_down(self, reason):
        requests = self._filter_open_requests()
        result = super()._turn_down(reason)
        requests._tell_declined()
        return result

    def _undo(self, reason, date):
        requests = self._filter_open_requests()
        result = super()._undo(reason, date)
        requests._tell_declined()
        return result

    def _tell_declined(self):
        """Nobody is asked to look at these requests any more, and the clients are told, but who withdrew."""
        self.activity_unlink([REQUEST_ACTIVITY])
        self.filtered(lambda request: not request.withdrawn_on)._write_to_client(DECLINED_TEMPLATE)

    # -------------------------------------------------------------------------
    # Withdrawn
    # -------------------------------------------------------------------------

    def _withdraw(self):
        """Take this request back, in the name of the client who does not want it any more.

        :raise UserError: in words for the client, if it is too late
        """
        self.ensure_one()
        if not self._filter_open_requests():
            raise UserError(self.env._("This can't be withdrawn any more. Please contact us."))
        # colleagues read it, in the language of the company
        request = with_workflow(self).with_context(lang=self.company_id.partner_id.lang)
        words = self.env._("We could not withdraw your request. Please try again later, or contact us.")
        with refusing_in_other_words(self.env, words):
            request.withdrawn_on = fields.Datetime.now()
            request.action_undo(request.env._("The client withdrew it on the portal."))

    # -------------------------------------------------------------------------
    # Tell the client
    # -------------------------------------------------------------------------

    def _get_request_recipient(self):
        """Who is told what becomes of this request: who asked for it, while that is somebody of the client.

        :return: res.partner
        """
        self.ensure_one()
        asker = self.create_uid.partner_id
        is_reached = asker.active and asker.email_normalized and asker.commercial_partner_id == self.partner_id
        return asker if is_reached else self._get_notice_recipient()

    def _write_to_client(self, template):
        """Write to who asked for these refunds, if they can be written to; the mails wait in the mail queue.

        :param template: str, the XML id of a mail template; an administrator who wants no such mails deletes it
        """
        source = self.env.ref(template, raise_if_not_found=False)
        # nobody is sent a mail of what they do themselves, and who asks has just asked
        for request in self.with_user(SUPERUSER_ID) if source else ():
            if request._get_request_recipient().email_normalized:
                request.message_post_with_source(
                    source, message_type="auto_comment", force_send=False, notify_skip_followers=True
                )
