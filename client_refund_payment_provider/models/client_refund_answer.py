from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow


class ClientRefundAnswer(models.Model):
    """What becomes of a refund when a provider answers that it could not pay, or does not answer."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("line_ids.refund_transaction_id.state")
    def _compute_state(self):
        return super()._compute_state()

    def _is_paid(self):
        transactions = self._get_standing_payments().payment_transaction_id
        return super()._is_paid() and all(transaction.state == "done" for transaction in transactions)

    def _follow_failure(self, transaction):
        """Take back what a provider could not pay: that much of the credits is open again. The rest stays.

        :param transaction: payment.transaction, the online refund that failed
        :raise UserError: if the payment can't be taken back
        """
        payment = transaction.payment_id
        if payment.state == "canceled":
            return
        refund = with_workflow(self)
        refund._lock_items()
        refund._check_not_matched(payment, transaction)
        # whoever works at this moment is not who reads it
        told = self._speak_to(self._get_responsible())
        reason = told.env._("The provider could not refund: %(message)s", message=transaction.state_message or "")
        today = fields.Date.context_today(self)
        refund._reopen_in_part(payment, lambda: payment._undo_for_refund(today, reason))
        if self.currency_id.is_zero(self.amount_credit):
            refund.write({"state": "canceled", "cancel_reason": reason})
        refund._tell_failed(transaction, payment.amount)

    def _check_not_matched(self, payment, transaction):
        """:raise UserError: if the bank says that the provider has paid, whatever the provider says"""
        if matched := payment._get_matched_entries():
            problem = self.env._(
                "the provider says that online refund %(transaction)s failed, and its payment is matched with "
                "%(entries)s. If the match is wrong, undo it in the bank reconciliation.",
                transaction=transaction.reference,
                entries=", ".join(matched.mapped("display_name")),
            )
            raise_problems([(self, problem)])

    # -------------------------------------------------------------------------
    # Tell who asked
    # -------------------------------------------------------------------------

    def _tell_failed(self, transaction, amount):
        told = self._speak_to(self._get_responsible())
        told._tell(
            told.env._("Refund to the card failed"),
            told.env._(
                "%(client)s: %(amount)s could not go back by online payment %(transaction)s: %(message)s The credit "
                "is open again. Refund it again, by bank if the card is closed.",
                client=told.partner_id.display_name,
                amount=told._format_amount(amount),
                transaction=transaction.source_transaction_id.reference,
                message=transaction.state_message or told.env._("the provider gives no reason."),
            ),
        )

    def _tell_unknown(self, transaction):
        told = self._speak_to(self._get_responsible())
        told._tell(
            told.env._("Check at the provider"),
            told.env._(
                "%(client)s: the connection failed when the provider was asked to refund %(amount)s of online "
                "payment %(transaction)s. It is not asked again. Check at the provider whether it was refunded, then "
                "click It Was Refunded or It Was Not on the line of the refund.",
                client=told.partner_id.display_name,
                amount=told._format_amount(-transaction.amount),
                transaction=transaction.source_transaction_id.reference,
            ),
        )

    def _tell_paid_after_all(self, transaction):
        told = self._speak_to(self._get_responsible())
        told._tell(
            told.env._("Refunded to the card after a failure"),
            told.env._(
                "%(client)s: the provider has refunded %(amount)s of online payment %(transaction)s after it had "
                "failed. It is booked as payment %(payment)s. Reconcile it with the credit, and make sure that the "
                "credit is not refunded again.",
                client=told.partner_id.display_name,
                amount=told._format_amount(-transaction.amount),
                transaction=transaction.source_transaction_id.reference,
                payment=transaction.payment_id.display_name,
            ),
        )

    def _tell_provider_trouble(self, error):
        """Tell once what has to be mended; it is tried again until then."""
        told = self._speak_to(self._get_responsible())
        summary = told.env._("Online refund to check")
        if not self.activity_ids.filtered(lambda activity: activity.summary == summary):
            told._tell(summary, error)

    def _tell(self, summary, note):
        """Tell who asked for the refund, in its chatter and by an activity.

        :param summary: str, in the language of who is told
        :param note: str, too
        """
        self._message_log(body=Markup("<b>%s</b><br/>%s") % (summary, note))
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=plaintext2html(note),
            user_id=self._get_responsible().id,
        )
