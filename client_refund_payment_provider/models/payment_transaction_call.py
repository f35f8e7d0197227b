import logging

from requests.exceptions import HTTPError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.client_refund.tools.background import CONCURRENCY_ERRORS
from odoo.addons.client_refund.tools.workflow import with_workflow

from .payment_transaction import FAILED_STATES

_logger = logging.getLogger(__name__)

# Request timeout, conflict: the provider may have done it, or be doing it.
UNSURE_CODES = (408, 409)


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
        help="Whether the provider was asked for this refund. Unknown: it was asked, but the connection failed.",
    )

    def _get_client_refund_status(self):
        """What is known of this online refund.

        :return: str, a value of `client.refund.line.provider_status`, or False where there is none
        """
        if self.state in FAILED_STATES and self.client_refund_call != "unknown":
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
        except Exception:
            self.env.cr.rollback()  # what failed must not keep the lock on the connection
            raise
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
        return self.search([("client_refund_call", "=", call), ("client_refund_id", "!=", False)], order="id")

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
        except UserError as error:
            self._set_error(str(error))
            return
        try:
            self._log_sent_message()
            self._send_refund_request()
        except (UserError, ValidationError) as error:
            if not self._is_refused(error):
                self._note_broken_off()
                return
            self._set_error(str(error))
        if self.client_refund_call == "calling":
            self.client_refund_call = "called"

    @api.model
    def _is_refused(self, error):
        """Whether the provider has surely not refunded: it said so. All else may have come after it did.

        :param error: the exception by which core reports that a request failed
        """
        cause = error.__cause__ or error.__context__
        response = cause.response if isinstance(cause, HTTPError) else None
        return response is not None and 400 <= response.status_code < 500 and response.status_code not in UNSURE_CODES

    def _create_child_transaction(self, amount, is_refund=False, **custom_create_values):
        """A provider that tells of a refund we know not the end of tells of that one: it is not another one.

        A webhook may come before the answer is stored, or after the connection broke.
        """
        if is_refund and "client_refund_id" not in custom_create_values:
            asked = self._get_open_calls().filtered(
                lambda child: not child.currency_id.compare_amounts(-child.amount, amount)
            )
            if asked:
                asked[0].write(
                    {
                        name: custom_create_values[name]
                        for name in ("provider_reference",)
                        if name in custom_create_values
                    }
                )
                return asked[0]
        return super()._create_child_transaction(amount, is_refund=is_refund, **custom_create_values)

    def _get_open_calls(self):
        """The refunds of this online payment of which it is not known what the provider did.

        :return: payment.transaction
        """
        return self.child_transaction_ids.filtered(
            lambda child: child.client_refund_id and child.client_refund_call in ("calling", "unknown")
        )

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
            # a provider may cancel since it voided the payment instead: then the client has the money (Authorize.net)
            unsure = own.filtered(
                lambda transaction: target_state == "cancel" and transaction.client_refund_call != "waiting"
            )
            (own - unsure).client_refund_call = "called"
            unsure.client_refund_call = "unknown"
            for transaction in unsure:
                transaction.client_refund_id._tell_unknown(transaction)
            self._trigger_calls()
        return updated

    def _post_process(self):
        """A refund's payment is made already; where the provider could not pay, the refund takes it back.

        Where the provider pays after all, core books that: the refund's own payment is taken back by then.
        """
        own = self.filtered("client_refund_id")
        own = with_workflow(own, own.client_refund_id)
        failed = own.filtered(lambda transaction: transaction._get_client_refund_status() == "failed")
        unsure = own.filtered(lambda transaction: transaction._get_client_refund_status() == "unknown")
        late = own.filtered(
            lambda transaction: transaction.state == "done" and transaction.payment_id.state == "canceled"
        )
        late.payment_id = False
        result = super(PaymentTransactionCall, self - failed - unsure)._post_process()
        for transaction in failed:
            transaction.client_refund_id._follow_failure(transaction)
        (failed | unsure).is_post_processed = True
        for transaction in late:
            transaction.client_refund_id._tell_paid_after_all(transaction)
        own.client_refund_id.filtered("send_notice")._filter_notice_due()._queue_notices()
        return result

    def _log_message_on_linked_documents(self, message):
        result = super()._log_message_on_linked_documents(message)
        if self.client_refund_id:
            self.client_refund_id._message_log(body=message)
        return result
