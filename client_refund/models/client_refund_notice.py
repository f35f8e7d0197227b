import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..tools.background import get_error_text, step_back_for_others
from ..tools.problems import raise_problems
from ..tools.workflow import with_workflow
from .mail_message import FAILED_STATES

_logger = logging.getLogger(__name__)

NOTICE_TEMPLATE = "client_refund.mail_template_client_refund_notice"


class ClientRefundNotice(models.Model):
    """How the client is told of a refund: in the background, once, after the payment is booked.

    What is to be told is known from `notice_step` alone, and each mail is made in one transaction with the step that
    says so: the work can be stopped at any moment, killed too, and no client is written to twice. What becomes of the
    mail after that is looked up in its notifications: nothing of ours is written while mails are sent.
    """

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    notice_step = fields.Selection(
        selection=[("to_send", "To Send"), ("sent", "Sent"), ("failed", "Failed")],
        string="Step of the Notice",
        readonly=True,
        copy=False,
    )
    notice_message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The email that the client received.",
    )
    notice_error = fields.Text(readonly=True, copy=False, help="Why the email could not be created.")
    notice_state = fields.Selection(
        selection=[("to_send", "To Send"), ("sent", "Sent"), ("failed", "Failed")],
        string="Notice",
        compute="_compute_notice_state",
        search="_search_notice_state",
        help="To send: the email will be sent soon. Sent: the email was passed to the mail server, or waits for it. "
        "Failed: the email could not be created or sent, or it bounced.",
    )
    notice_failure = fields.Text(
        string="Why the Notice Failed", compute="_compute_notice_state", help="Fix the cause, then choose Send Again."
    )

    _notice_to_send = models.Index("(id) WHERE notice_step = 'to_send'")

    # of the mail nothing is named: who sends mails would look for refunds each time
    @api.depends("notice_step", "notice_message_id", "notice_error")
    def _compute_notice_state(self):
        for refund in self:
            refused = refund.notice_step == "sent" and refund.notice_message_id._get_mail_failure()
            refund.notice_state = "failed" if refused else refund.notice_step
            refund.notice_failure = refused or refund.notice_error

    @api.model
    def _search_notice_state(self, operator, values):
        if operator != "in":
            return NotImplemented
        refused = Domain("notice_step", "=", "sent") & Domain(
            "notice_message_id",
            "any!",
            Domain("notification_ids", "any!", Domain("notification_status", "in", FAILED_STATES)),
        )
        domain = Domain("notice_step", "in", values)
        return domain | refused if "failed" in values else domain & ~refused

    def message_post(self, **kwargs):
        # a client who followed the refund would read what is discussed there
        return super(ClientRefundNotice, self.with_context(mail_post_autofollow=False)).message_post(**kwargs)

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if self.env.context.get("client_refund_notice"):
            self._note_sent_by_hand(message, message.partner_ids)
        return result

    def _message_mail_after_hook(self, mails):
        result = super()._message_mail_after_hook(mails)
        if self.env.context.get("client_refund_notice"):
            for mail in mails.filtered(lambda mail: mail.state not in ("cancel", "exception")):
                self.browse(mail.res_id)._note_sent_by_hand(mail.mail_message_id, mail.recipient_ids)
        return result

    # -------------------------------------------------------------------------
    # Ask for it
    # -------------------------------------------------------------------------

    def action_send_notice(self):
        """Tell the clients of these refunds by mail, in the background; who is told already is not told again, but
        where the mail failed.

        Where the payment is not booked yet the client is told when it is.

        :return: True
        :raise UserError: names the refunds that are not issued, and the clients without an e-mail address
        """
        refunds = with_workflow(self)
        raise_problems(problem for refund in refunds for problem in refund._get_notice_problems())
        refunds.send_notice = True
        refunds._filter_notice_due()._queue_notices()
        return True

    def _get_notice_problems(self):
        """Why the client can't be told of this refund."""
        self.ensure_one()
        if not self._is_issued():
            problem = self.env._("it is %(state)s. Only issued refunds have a notice.", state=self._get_state_label())
            yield self, problem
            return
        if not self._get_notice_recipient().email_normalized:
            yield self, self.env._("the client has no email address. Add one, then choose Send Notice.")
            return

    def _get_notice_recipient(self):
        """Who is written to: the client's contact for invoices, where it is not another company's, or the client."""
        self.ensure_one()
        contact = self.partner_id.browse(self.partner_id.address_get(["invoice"])["invoice"])
        contact = contact.filtered_domain(contact._check_company_domain(self.company_id))
        return contact if contact.email_normalized else self.partner_id

    # -------------------------------------------------------------------------
    # When it is due
    # -------------------------------------------------------------------------

    def _is_payout_certain(self):
        """Whether what is booked is on its way for sure; a rail that may still be refused says no until it is not."""
        self.ensure_one()
        return True

    def _filter_notice_due(self):
        """The refunds of which the client can be told now: booked, and not taken back.

        :return: client.refund
        """
        return self.filtered(
            lambda refund: refund._is_issued() and not refund._is_waiting_to_pay() and refund._is_payout_certain()
        )

    def _queue_notices(self):
        """Let the clients of these refunds be told as soon as this is committed, but for those who are told already."""
        refunds = self.filtered(lambda refund: refund.notice_state not in ("to_send", "sent"))
        if refunds:
            # one that failed is sent anew, not twice
            self.env["mail.mail"].sudo().search(refunds._get_waiting_mails_domain()).cancel()
            refunds.write({"notice_step": "to_send", "notice_message_id": False, "notice_error": False})
            self.env.ref("client_refund.ir_cron_client_refund_notice")._trigger()

    def _drop_notices(self):
        """Do not tell of these refunds any more, which are taken back; also not by mails that wait in the queue."""
        # a mail in the queue belongs to nobody
        mails = self.env["mail.mail"].sudo().search(self._get_waiting_mails_domain())
        mails.cancel()
        waiting = self.browse(mails.mapped("res_id")) | self.filtered(lambda refund: refund.notice_step == "to_send")
        waiting.notice_step = False

    def _get_waiting_mails_domain(self):
        """The mails about these refunds to their clients that wait in the queue, or failed and may be tried again.

        :return: Domain of mail.mail
        """
        sent = self.filtered(lambda refund: refund.notice_step == "sent")
        return (
            Domain("model", "=", self._name)
            & Domain("res_id", "in", sent.ids)
            & Domain("state", "in", ("outgoing", "exception"))
            & Domain("recipient_ids.commercial_partner_id", "in", sent.partner_id.ids)
        )

    # -------------------------------------------------------------------------
    # The scheduler's shell: the only place that commits
    # -------------------------------------------------------------------------

    @api.model
    def _cron_send_notices(self):
        """Write to all clients who wait for it, each in a transaction of its own, as long as the scheduler gives time.

        The mails wait for Odoo's mail queue, which is started at the end.
        """
        refund_ids = self.search([("notice_step", "=", "to_send")], order="id").ids
        left = len(refund_ids)
        # one by one: after each commit all would be read anew for each
        for refund_id in refund_ids:
            is_done = self.browse(refund_id)._try_notice()
            left -= is_done
            # what others are in the way of is no progress: for that alone the scheduler comes back later, not at once
            if not self.env["ir.cron"]._commit_progress(int(is_done), remaining=left):
                break
        if refund_ids:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _try_notice(self):
        """Write to the client of this refund; what goes wrong with it does not hold the others.

        :return: bool, False where others are in the way
        """
        try:
            return self._try_in_hand(self._send_notice)
        except Exception as error:
            self.env.cr.rollback()
            if not isinstance(error, UserError):
                _logger.exception("The notice of refund %s could not be sent.", self.id)
            message = get_error_text(error)
            return self._try_in_hand(lambda: self._note_notice_failed(message))

    def _try_in_hand(self, act):
        """Do something with this refund if its notice still waits and nobody else has it in hand.

        :return: bool, False where others are in the way
        """

        def act_if_waiting():
            if not self.try_lock_for_update(allow_referencing=True):
                return False
            if self.notice_step == "to_send":
                act()
            return True

        return step_back_for_others(self, act_if_waiting)

    # -------------------------------------------------------------------------
    # One notice
    # -------------------------------------------------------------------------

    def _send_notice(self):
        """Make the mail to the client with the notice as PDF. It waits in the mail queue.

        :raise UserError: if there is no address to write to
        """
        refund = self.with_context(lang=self.user_id.lang)
        if not refund._filter_notice_due():
            with_workflow(refund).notice_step = False
            return
        raise_problems(refund._get_notice_problems())
        message = refund.message_post_with_source(
            self.env.ref(NOTICE_TEMPLATE),
            message_type="comment",
            force_send=False,
            notify_skip_followers=True,
        )
        refund._note_notice_sent(message)

    def _note_notice_sent(self, message):
        """The client has the notice, however it was sent, unless the mail of this message fails."""
        with_workflow(self)._filter_notice_due().write(
            {"notice_step": "sent", "notice_message_id": message.id, "notice_error": False}
        )

    def _note_sent_by_hand(self, message, recipients):
        """Whoever sends the notice by hand may send it to others than the client alone."""
        if recipients.filtered(
            lambda recipient: recipient.email_normalized and recipient.commercial_partner_id == self.partner_id
        ):
            self._note_notice_sent(message)

    def _note_notice_failed(self, error):
        """Tell who asked for the refund that its client is not told.

        :param error: str
        """
        responsible = self._get_responsible()
        refund = with_workflow(self._speak_to(responsible))
        refund.write({"notice_step": "failed", "notice_error": error})
        message = refund.env._("The client did not receive the refund notice: %(error)s", error=error)
        refund._message_log(body=plaintext2html(message))
        refund.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=refund.env._("Refund notice not sent"),
            note=plaintext2html(message),
            user_id=responsible.id,
        )
