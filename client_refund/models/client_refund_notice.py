import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from .client_refund_problems import raise_problems
from .client_refund_run_work import CONCURRENCY_ERRORS, get_error_text
from .client_refund_workflow import with_workflow

_logger = logging.getLogger(__name__)

NOTICE_TEMPLATE = "client_refund.mail_template_client_refund_notice"


class ClientRefundNotice(models.Model):
    """How the client is told of a refund: in the background, once, after the payment is booked.

    What is to be told is known from `notice_state` alone, and each mail is made in one transaction with the state that
    says so: the work can be stopped at any moment, killed too, and no client is written to twice.
    """

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    notice_state = fields.Selection(
        selection=[("to_send", "To Send"), ("sent", "Sent"), ("failed", "Failed")],
        string="Notice",
        readonly=True,
        copy=False,
        help="To send: the client is told in a moment. Sent: the mail is handed over to the mail server, or waits for "
        "it. Failed: the client could not be told, the chatter says why.",
    )

    _notice_to_send = models.Index("(id) WHERE notice_state = 'to_send'")

    # -------------------------------------------------------------------------
    # Ask for it
    # -------------------------------------------------------------------------

    def action_send_notice(self):
        """Tell the clients of these refunds by mail, in the background; who is told already is not told again.

        Where the payment is not booked yet the client is told when it is.

        :return: True
        :raise UserError: names the refunds that are not issued, and the clients without an e-mail address
        """
        refunds = with_workflow(self)
        raise_problems(refund._name_problem(problem) for refund in refunds for problem in refund._get_notice_problems())
        refunds.send_notice = True
        refunds._filter_notice_due()._queue_notices()
        return True

    def _get_notice_problems(self):
        """Why the client can't be told of this refund.

        :return: list of str
        """
        self.ensure_one()
        if not self._is_issued():
            return [
                self.env._("it is %(state)s. Clients are told only of what was issued.", state=self._get_state_label())
            ]
        if not self._get_notice_recipient().email_normalized:
            return [self._get_no_address_message()]
        return []

    def _get_no_address_message(self):
        return self.env._("the client has no e-mail address. Add one, then choose Send Notice.")

    def _get_notice_recipient(self):
        """Who is written to: the client's contact for invoices, where it is not another company's, or the client.

        :return: res.partner
        """
        self.ensure_one()
        contact = self.partner_id.browse(self.partner_id.address_get(["invoice"])["invoice"])
        contact = contact.filtered_domain(contact._check_company_domain(self.company_id))
        return contact if contact.email_normalized else self.partner_id

    # -------------------------------------------------------------------------
    # When it is due
    # -------------------------------------------------------------------------

    def _book_payments(self):
        result = super()._book_payments()
        self.filtered(lambda refund: refund.send_notice and refund._is_payout_certain())._queue_notices()
        return result

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
            refunds.notice_state = "to_send"
            self.env.ref("client_refund.ir_cron_client_refund_notice")._trigger()

    def _drop_notices(self):
        """Do not tell of these refunds any more, which are taken back; also not by mails that wait in the queue."""
        # a mail in the queue belongs to nobody
        mails = self.env["mail.mail"].sudo().search(self._get_waiting_mails_domain())
        mails.cancel()
        waiting = self.browse(mails.mapped("res_id")) | self.filtered(lambda refund: refund.notice_state == "to_send")
        waiting.notice_state = False

    def _get_waiting_mails_domain(self):
        """The mails about these refunds to their clients that wait in the queue.

        :return: Domain of mail.mail
        """
        sent = self.filtered(lambda refund: refund.notice_state == "sent")
        return (
            Domain("model", "=", self._name)
            & Domain("res_id", "in", sent.ids)
            & Domain("state", "=", "outgoing")
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
        refund_ids = self.search([("notice_state", "=", "to_send")], order="id").ids
        left = len(refund_ids)
        # one by one: after each commit all would be read anew for each
        for refund_id in refund_ids:
            left -= self.browse(refund_id)._try_notice()
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
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
        try:
            if not self.try_lock_for_update(allow_referencing=True):
                return False
            if self.notice_state == "to_send":
                act()
            self.env.flush_all()  # what waits to be written may fail too
            return True
        except CONCURRENCY_ERRORS as error:
            self.env.cr.rollback()
            _logger.info("Notice of refund %s: %r", self.id, error)
            return False

    # -------------------------------------------------------------------------
    # One notice
    # -------------------------------------------------------------------------

    def _send_notice(self):
        """Make the mail to the client with the notice as PDF. It waits in the mail queue.

        :raise UserError: if there is no address to write to
        """
        refund = self.with_context(lang=self.user_id.lang)
        if not refund._filter_notice_due():
            with_workflow(refund).notice_state = False
            return
        if not refund._get_notice_recipient().email_normalized:
            raise UserError(refund._name_problem(refund._get_no_address_message()))
        refund.message_post_with_source(
            self.env.ref(NOTICE_TEMPLATE),
            message_type="comment",
            force_send=False,
            notify_skip_followers=True,
        )
        refund._note_notice_sent()

    def _note_notice_sent(self):
        """The client has the notice, however it was sent."""
        with_workflow(self)._filter_notice_due().notice_state = "sent"

    def _note_notice_failed(self, error):
        """Tell who asked for the refund that its client is not told.

        :param error: str
        """
        refund = with_workflow(self.with_context(lang=self.user_id.lang))
        refund.notice_state = "failed"
        message = refund.env._("The client was not told of the refund: %(error)s", error=error)
        refund._message_log(body=plaintext2html(message))
        refund.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=refund.env._("Refund notice not sent"),
            note=plaintext2html(message),
            user_id=refund._get_responsible().id,
        )

    def message_post(self, **kwargs):
        # a client who followed the refund would read what is discussed there
        return super(ClientRefundNotice, self.with_context(mail_post_autofollow=False)).message_post(**kwargs)
