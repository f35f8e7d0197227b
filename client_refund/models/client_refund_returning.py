from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date

from ..tools.batches import do_or_name
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
            "An incoming payment is booked for the money that came back, to match it with the bank statement. The "
            "credits are open again."
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
        raise_problems(
            [
                *get_reason_problems(refunds, reason),
                *(problem for refund in refunds for problem in refund._get_document_return_problems(date)),
            ]
        )
        refunds._return(reason, date)
        return True

    def _return(self, reason, date):
        """Take back these refunds, whose money the bank sent back.

        :param reason: str, what the bank says
        :param date: date, when the money came back
        """
        do_or_name(self, lambda refunds: refunds._book_returns(reason, date))
        self.write({"state": "canceled", "returned_on": date, "cancel_reason": reason})
        self._drop_notices()
        self._log_returned(reason)

    def _book_returns(self, reason, date):
        """Book that the money of these refunds came back: what they paid out is open again.

        :param reason: str, what the bank says
        :param date: date, when the money came back
        :raise UserError: unless each residual becomes exactly what it was; everything is rolled back
        """
        expected = get_expected_residuals({credit: -amount for credit, amount in self._get_paid_out_amounts().items()})
        self._reopen_paid_out(self._get_outgoing_payments(), reason, date)
        # what was settled is like any other reconciliation from now on
        self._get_offset_partials()._set_refund_owner(self.env["client.refund"])
        check_exact(expected)

    def _reopen_paid_out(self, payments, reason, date):
        """Book what came back of these payments: the credits that they paid are open again."""
        items = self.line_ids.payment_line_id.filtered(lambda item: item.move_id in payments.move_id)
        # what core booked for it would be reversed on a date in a period that may be reported already
        items.matched_credit_ids.with_context(client_refund_reversal_dates=(date,)).unlink()
        returns = payments.create([self._prepare_return_vals(payment, date, reason) for payment in payments])
        returns.action_post()
        returns._reconcile_with_returned()

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
                "it was paid on %(date)s, so it can't come back before that. Choose a later date.",
                date=fields.Date.to_string(paid_on),
            )
            yield self, problem
        if not self.journal_id._get_available_payment_method_lines("inbound"):
            problem = self.env._(
                "journal %(journal)s has no incoming payment method. Add one in its settings.",
                journal=self.journal_id.display_name,
            )
            yield self, problem

    def _prepare_return_vals(self, payment, date, reason):
        """The values of the incoming payment by which the bank returns an outgoing one.

        :param payment: account.payment
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

    def _tell_bounced(self, receipts):
        """Tell that receipts bounced whose money these refunds have paid out: the firm has lost it.

        :param receipts: account.payment
        """
        for refund in self.filtered(lambda refund: refund._is_issued()):
            bounced = receipts & refund.line_ids.move_id.origin_payment_id
            note = self.env._(
                "The bank rejected %(receipts)s after the refund paid it out. If the money of the refund has not "
                "left, undo the refund. If it has left, invoice the client.",
                receipts=", ".join(bounced.mapped("display_name")),
            )
            refund._message_log(body=note)
            refund.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Refunded receipt rejected"),
                note=note,
                user_id=refund._get_responsible().id,
            )

    # -------------------------------------------------------------------------
    # It was a mistake
    # -------------------------------------------------------------------------

    def action_undo_return(self):
        """Take back that the bank sent these refunds back, which was a mistake: they are issued as before.

        :return: True
        :raise UserError: with all that is wrong with all of them; then none is changed
        """
        refunds = with_workflow(self)
        refunds._lock_items()
        raise_problems(problem for refund in refunds for problem in refund._get_undo_return_problems())
        do_or_name(refunds, lambda returned: returned._settle_again())
        refunds.write({"state": "in_process", "returned_on": False, "cancel_reason": False})
        refunds._compute_state()
        refunds._message_log_batch({refund.id: self.env._("The return was a mistake.") for refund in refunds})
        return True

    def _settle_again(self):
        """Take the incoming payments of these refunds back, and settle again what they had paid.

        :raise UserError: unless each residual becomes exactly what it was; everything is rolled back
        """
        expected = get_expected_residuals(self._get_paid_out_amounts())
        self._get_returns()._undo_for_refund(fields.Date.context_today(self), self.env._("No return"))
        for refund in self:
            refund._get_offset_partials(is_returned=True)._set_refund_owner(refund)
        self._reconcile()
        check_exact(expected)

    def _get_returns(self):
        """The incoming payments by which the bank sent these refunds back."""
        return self._get_standing_payments().filtered("client_refund_returned_id")

    def _get_undo_return_problems(self):
        """Why it can't be taken back that the bank sent this refund back."""
        self.ensure_one()
        if not self.returned_on:
            yield self, self.env._("the bank did not send it back, so there is no return to undo.")
            return
        for payment in self._get_returns():
            if matched := payment._get_matched_entries():
                problem = self.env._(
                    "payment %(payment)s is matched with %(entries)s, so the bank has sent the money back. If that "
                    "match is wrong, undo it in the bank reconciliation first.",
                    payment=payment.display_name,
                    entries=", ".join(matched.mapped("display_name")),
                )
                yield self, problem
            elif payment.move_id._must_be_reversed():
                yield from self._get_lock_problems(fields.Date.context_today(self))
        for line in self.line_ids._filter_paid_out():
            credit = line.move_line_id
            left = credit.amount_refund_open - credit.amount_refund_reserved
            if self.currency_id.compare_amounts(line._get_amount_paid_out(), left) > 0:
                problem = self.env._(
                    "only %(left)s of it is still open, but the refund paid %(amount)s. Undo what used the rest first.",
                    left=line._format_amount(max(left, 0.0)),
                    amount=line._format_amount(line._get_amount_paid_out()),
                )
                yield line, problem
        settled = sum(self._get_offset_partials(is_returned=True).mapped("debit_amount_currency"))
        if self.currency_id.compare_amounts(settled, self.amount_offset):
            yield self, self.env._("its invoices have been unreconciled since. Use Refund Again instead.")
