from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date

from ..tools.exact import check_exact, get_expected_residuals
from ..tools.problems import get_reason_problems, parse_date, raise_problems
from ..tools.workflow import with_workflow


class ClientRefundReturning(models.Model):
    """The bank sends a refund back: the return is booked, both payments stay, and the credits are open again."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _get_return_alerts(self):
        """What becomes of these refunds when their return is booked.

        :return: dict of banners, `message` and `level`
        """
        message = self.env._(
            "An incoming payment is booked beside the one that came back, to be matched with the bank statement, and "
            "the credits are open again."
        )
        return {"return": {"message": message, "level": "info"}}

    def action_return(self, reason, date=None):
        """Book that the bank sent these refunds back.

        An incoming payment of the same amount is made for each payment and reconciled with it. What the refunds paid
        out of the credits is open again; invoices that they settled stay settled, since that money never left.

        :param reason: str, what the bank says
        :param date: date or str, when the money came back; today if none is given
        :return: True
        :raise UserError: with all that is wrong with all of them; then none is returned
        """
        date = parse_date(self.env, date) or fields.Date.context_today(self)
        refunds = with_workflow(self)
        refunds._lock_items()
        raise_problems(refunds._get_return_problems(reason, date))
        expected = get_expected_residuals(
            {credit: -amount for credit, amount in refunds._get_paid_out_amounts().items()}
        )
        refunds.line_ids.payment_line_id.matched_credit_ids._unlink_on(date)
        # what was settled is like any other reconciliation from now on
        refunds._get_offset_partials()._set_refund_owner(self.env["client.refund"])
        refunds._create_returns(date, reason)._reconcile_with_returned()
        check_exact(expected)
        refunds.write({"state": "canceled", "returned_on": date, "cancel_reason": reason})
        refunds._drop_notices()
        refunds._log_returned(reason)
        return True

    def _get_return_problems(self, reason, date):
        """Why these refunds can't be returned.

        :return: iterator of (client.refund, str)
        """
        yield from get_reason_problems(self, reason)
        for refund in self:
            yield from refund._get_document_return_problems(date)

    def _get_document_return_problems(self, date):
        self.ensure_one()
        if not self._is_issued():
            problem = self.env._(
                "it is %(state)s. Only what was paid out can come back from the bank.",
                state=self._get_state_label(),
            )
            yield self, problem
            return
        if self._is_waiting_to_pay():
            yield self, self.env._("its payment is not booked yet, so nothing can come back. Undo it instead.")
            return
        if not self.payment_ids:
            yield self, self.env._("it paid nothing out, it only settled invoices. Undo it instead.")
            return
        yield from self._get_lock_problems(date)
        # a rail that pays later pays on a date of its own
        paid_on = max(self._get_outgoing_payments().mapped("date"))
        if date < paid_on:
            problem = self.env._(
                "it was paid on %(date)s and can't come back before. Choose a later date.",
                date=fields.Date.to_string(paid_on),
            )
            yield self, problem
        if not self.journal_id._get_available_payment_method_lines("inbound"):
            problem = self.env._(
                "journal %(journal)s has no incoming payment method. Add one in its settings.",
                journal=self.journal_id.display_name,
            )
            yield self, problem

    def _create_returns(self, date, reason):
        """Book what came back.

        :return: account.payment, posted
        """
        returns = self.env["account.payment"].create(
            [self._prepare_return_vals(payment, date, reason) for payment in self._get_outgoing_payments()]
        )
        returns.action_post()
        return returns

    def _prepare_return_vals(self, payment, date, reason):
        """The values of the incoming payment by which the bank returns an outgoing one.

        :param payment: account.payment
        :return: dict
        """
        refund = payment.client_refund_id
        return {
            "amount": payment.amount,
            "client_refund_id": refund.id,
            "client_refund_returned_id": payment.id,
            "company_id": payment.company_id.id,
            "currency_id": payment.currency_id.id,
            "date": date,
            "destination_account_id": payment.destination_account_id.id,
            "journal_id": payment.journal_id.id,
            "memo": self.env._("Returned by bank: %(refund)s %(reason)s", refund=refund.name, reason=reason),
            "partner_id": payment.partner_id.id,
            "partner_type": "customer",
            "payment_method_line_id": payment.journal_id._get_available_payment_method_lines("inbound")[:1].id,
            "payment_type": "inbound",
        }

    def _log_returned(self, reason):
        self._message_log_batch(
            {
                refund.id: self.env._(
                    "Returned by bank on %(date)s: %(reason)s",
                    date=format_date(self.env, refund.returned_on),
                    reason=reason,
                )
                + Markup(" (%s)") % refund.payment_ids._get_refund_links()
                for refund in self
            }
        )
        for refund in self:
            refund.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Refund returned by the bank"),
                note=reason,
                user_id=refund._get_responsible().id,
            )
