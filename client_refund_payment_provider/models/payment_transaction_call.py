import logging

from requests.exceptions import HTTPError, RequestException

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.client_refund.models.client_refund_run_work import CONCURRENCY_ERRORS
from odoo.addons.client_refund.models.client_refund_workflow import with_workflow

from .payment_transaction import FAILED_STATES

_logger = logging.getLogger(__name__)


class PaymentTransactionCall(models.Model):
    """How a provider is asked for a refund: after the refund is posted and committed, once, whatever happens.

    That it is being asked is committed before it is asked. Who dies in between leaves a mark that nobody asks again.
    """

    _inherit = "payment.transaction"  # pylint: disable=consider-merging-classes-inherited

    client_refund_call = fields.Selection(
        selection=[("waiting", "Waiting"), ("calling", "Calling"), ("called", "Called"), ("unknown", "Unknown")],
        string="Asked the Provider",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Whether the provider was asked for this refund. Unknown: it was, and the connection broke.",
    )

    def _get_client_refund_status(self):
        """What is known of this online refund.

        :return: str, a value of `client.refund.line.provider_status`, or False where there is none
        """
        if self.state in FAILED_STATES:
            return "failed"
        if self.state in ("pending", "authorized") or (self.state == "draft" and self.client_refund_call == "called"):
            return "pending"
        return "done" if self.state == "done" else self.client_refund_call

    # -------------------------------------------------------------------------
    # The scheduler's shell: the only place that commits
    # -------------------------------------------------------------------------

    @api.model
    def _trigger_calls(self):
        """Let the scheduler ask the providers, and follow what they answered, as soon as this is committed."""
        self.env.ref("client_refund_payment_provider.ir_cron_client_refund_calls")._trigger()

    @api.model
    def _cron_client_refund_calls(self):
        """Ask the providers for what waits, and follow what they have answered.

        One scheduler at a time, held by a lock of the connection that is gone when the process dies: only so is a call
        that was begun and not ended known to be broken off.
        """
        self.env.cr.execute("SELECT pg_try_advisory_lock(hashtext('client_refund_calls'))")
        if not self.env.cr.fetchone()[0]:
            return
        try:
            for transaction in self._search_calls("calling"):
                transaction._try_step(transaction._note_broken_off)
            for transaction in self._search_calls("waiting"):
                if transaction._try_step(transaction._begin_call):
                    transaction._try_step(transaction._call_provider)
            for transaction in self._search_answered():
                transaction._try_step(transaction._post_process)
        finally:
            self.env.cr.execute("SELECT pg_advisory_unlock(hashtext('client_refund_calls'))")

    def _try_step(self, step):
        """Do a step in a transaction of its own; what goes wrong with one online refund does not hold the others.

        :param step: callable
        :return: what it returns; False where it was rolled back
        """
        try:
            result = step()
            self.env.flush_all()
            self.env["ir.cron"]._commit_progress(1)
        except CONCURRENCY_ERRORS as error:
            self.env.cr.rollback()
            _logger.info("Online refund %s: %r", self.id, error)
            self._trigger_again()
            return False
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Online refund %s could not be worked on.", self.id)
            self.client_refund_id._tell_provider_trouble(str(error))
            self.env["ir.cron"]._commit_progress()
            return False
        return result

    def _trigger_again(self):
        """Somebody else was at it: come again."""
        self._trigger_calls()
        self.env["ir.cron"]._commit_progress()

    @api.model
    def _search_calls(self, call):
        return self.search([("client_refund_call", "=", call)], order="id")

    @api.model
    def _search_answered(self):
        return self.search(
            [
                ("client_refund_id", "!=", False),
                ("state", "in", ("done", *FAILED_STATES)),
                ("is_post_processed", "=", False),
            ],
            order="id",
        )

    # -------------------------------------------------------------------------
    # One call, in transactions of whoever calls
    # -------------------------------------------------------------------------

    def _begin_call(self):
        """Mark that the provider is being asked, to be committed before it is.

        :return: bool, False where it must not be asked any more
        """
        self._lock_for_refund()
        if self._get_client_refund_status() != "waiting":
            return False
        self.client_refund_call = "calling"
        return True

    def _call_provider(self):
        """Ask the provider, and keep what it answers at once; the rest it says later."""
        try:
            self._ensure_provider_is_not_disabled()
            self._log_sent_message()
            self._send_refund_request()
        except (UserError, ValidationError) as error:
            if self._is_unsure(error):
                self._note_broken_off()
                return
            self._set_error(str(error))
        self.client_refund_call = "called"

    @api.model
    def _is_unsure(self, error):
        """Whether the provider may have refunded in spite of this error: it was not reached for sure, or broke down.

        :param error: the exception by which core reports that a request failed
        """
        cause = error.__cause__ or error.__context__
        if isinstance(cause, HTTPError):
            return cause.response is None or cause.response.status_code >= 500
        return isinstance(cause, RequestException)

    def _note_broken_off(self):
        """Never ask again by itself: somebody must look at the provider, or the provider tells."""
        if self._get_client_refund_status() != "calling":
            self.client_refund_call = "called"  # the provider has told meanwhile
            return
        self.client_refund_call = "unknown"
        self.client_refund_id._tell_unknown(self)

    # -------------------------------------------------------------------------
    # What the provider says
    # -------------------------------------------------------------------------

    def _update_state(self, allowed_states, target_state, state_message):
        updated = super()._update_state(allowed_states, target_state, state_message)
        if own := updated.filtered("client_refund_id"):
            own.client_refund_call = "called"
            self._trigger_calls()
        return updated

    def _post_process(self):
        """A refund's payment is made already; where the provider could not pay, the refund takes it back.

        Where the provider pays after all, core books that: the refund's own payment is taken back by then.
        """
        own = with_workflow(self.filtered("client_refund_id"))
        failed = own.filtered(lambda transaction: transaction.state in FAILED_STATES)
        late = own.filtered(
            lambda transaction: transaction.state == "done" and transaction.payment_id.state == "canceled"
        )
        late.payment_id = False
        result = super(PaymentTransactionCall, self - failed)._post_process()
        for transaction in failed:
            transaction.client_refund_id._follow_failure(transaction)
        failed.is_post_processed = True
        for transaction in late:
            transaction.client_refund_id._tell_paid_after_all(transaction)
        return result

    def _log_message_on_linked_documents(self, message):
        result = super()._log_message_on_linked_documents(message)
        if self.client_refund_id:
            self.client_refund_id._message_log(body=message)
        return result
