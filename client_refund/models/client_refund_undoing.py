from markupsafe import Markup

from odoo import fields, models

from ..tools.batches import do_or_name
from ..tools.exact import check_exact, get_expected_residuals
from ..tools.problems import get_reason_problems, parse_date, raise_problems
from ..tools.workflow import with_workflow


class ClientRefundUndoing(models.Model):
    """How a refund is taken back: the ledger is as it was before, and the trail is kept."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    undone_on = fields.Datetime(readonly=True, copy=False)

    def action_undo(self, reason, date=None):
        """Take these refunds back: the ledger is as it was before, and the trail is kept.

        A draft gives back what it reserves. The payment of an issued refund is canceled; in a locked period it is
        reversed on an open date instead.

        :param reason: str, why
        :param date: date or str, of the reversal where one is needed; today if none is given
        :return: True
        :raise UserError: with all that is wrong with all of them; then none is undone
        """
        date = parse_date(self.env, date) or fields.Date.context_today(self)
        refunds = with_workflow(self)
        refunds._check_free()
        refunds._undo(reason, date)
        return True

    def _undo(self, reason, date):
        """Take these refunds back.

        :param reason: str, why
        :param date: date of the reversals where some are needed
        :raise UserError: with all that is wrong with all of them; then none is undone
        """
        self._lock_items()
        raise_problems(self._get_undo_problems(reason, date))
        do_or_name(self.filtered(lambda refund: refund._is_issued()), lambda refunds: refunds._reopen(reason, date))
        self.activity_unlink([self._approval_activity])
        self.write({"state": "canceled", "cancel_reason": reason, "undone_on": fields.Datetime.now()})
        self._drop_notices()
        self._message_log_batch(
            {
                refund.id: self.env._("Undone: %(reason)s", reason=reason)
                + (Markup(" (%s)") % refund.payment_ids._get_refund_links() if refund.payment_ids else "")
                for refund in self
            }
        )

    def _reopen(self, reason, date):
        """Take the payments of these issued refunds back, so that what they settled is open again.

        :param reason: str, why
        :param date: date of the reversals where some are needed
        :raise UserError: unless each residual becomes exactly what it was; everything is rolled back
        """
        expected = get_expected_residuals(self._get_reopened_amounts())
        self._get_standing_payments()._undo_for_refund(date, reason)
        # what core booked for it is reversed on its own date, where that is locked on the date of the undo
        self._get_offset_partials().with_context(client_refund_reversal_dates=(None, date)).unlink()
        check_exact(expected)

    def _needs_reversal(self):
        """Whether a payment of these can't be canceled any more."""
        return any(payment.move_id._must_be_reversed() for payment in self._get_issued_payments())

    def _get_issued_payments(self):
        return self.filtered(lambda refund: refund._is_issued())._get_undoable_payments()

    def _get_undoable_payments(self):
        """The payments that undo takes back; a rail whose payments can't be called back takes them out."""
        return self._get_standing_payments()

    def _get_undo_alerts(self):
        """What becomes of these refunds when they are undone.

        :return: dict of banners, `message` and `level`
        """
        payments, offsets = self._get_issued_payments(), self.filtered(lambda refund: refund._is_issued()).offset_ids
        messages = {}
        if not payments and not offsets:
            messages["draft"] = self.env._("The refund is canceled and no longer reserves its credits.")
        elif self._needs_reversal():
            messages["reversal"] = self.env._(
                "The payment is in a locked period or secured: it is reversed on the date below, and the credits are "
                "open again."
            )
        elif payments:
            messages["payment"] = self.env._(
                "The payment is canceled and the credits are open again, as before the refund."
            )
        if offsets:
            messages["offset"] = self.env._("The invoices that were settled from the credits are open again too.")
        if payments and any(refund.state == "paid" and refund.marked_paid_on for refund in self):
            messages["paid"] = self.env._("This was marked as paid: make sure that the money did not leave.")
        return {
            name: {"message": message, "level": "warning" if name in ("reversal", "paid") else "info"}
            for name, message in messages.items()
        }

    def _get_owned_message(self, record):
        if record._name == "account.partial.reconcile":
            return self.env._(
                "%(client)s: %(document)s is reconciled by %(refund)s (%(amount)s). If the money has not left, undo "
                "the refund: this unreconciles it.",
                client=record.credit_move_id.partner_id.display_name,
                document=record.credit_move_id.move_id.display_name,
                refund=self.name,
                amount=self._format_amount(record.credit_amount_currency),
            )
        return self.env._(
            "%(client)s: %(document)s of %(amount)s belongs to refund %(refund)s and can only be changed from there. "
            "Open the refund and choose Undo, or Returned by Bank if the money came back.",
            client=record.partner_id.display_name,
            document=record.display_name,
            amount=self._format_amount(record.amount if record._name == "account.payment" else self.amount),
            refund=self.name,
        )

    def _get_reopened_amounts(self):
        """By how much residuals change when what these refunds settled and paid out is open again.

        :return: dict, account.move.line, credit or invoice: amount in its currency, negative for credits
        """
        amounts = self._get_settled_amounts()
        for line in self.line_ids._filter_booked():
            amounts[line.move_line_id] += line._get_amount_paid_out()
        return {item: -amount for item, amount in amounts.items()}

    def _get_undo_problems(self, reason, date):
        """Why these refunds can't be undone."""
        yield from get_reason_problems(self, reason)
        for refund in self:
            yield from refund._get_document_undo_problems(date)

    def _get_offset_partials(self, is_returned=False):
        """The reconciliations by which these refunds settled invoices.

        :param is_returned: whether the bank sent the refunds back: then those are nobody's
        :return: account.partial.reconcile
        """
        return self.offset_ids.move_line_id.matched_credit_ids.filtered(
            lambda partial: (
                (not partial.client_refund_id if is_returned else partial.client_refund_id in self)
                and partial.credit_move_id in self.line_ids.move_line_id
            )
        )

    def _get_document_undo_problems(self, date):
        self.ensure_one()
        if self.returned_on:
            problem = self.env._(
                "the bank returned it, so it is already undone. If the bank did not return it, choose Undo Return."
            )
            yield self, problem
        elif self.state == "canceled":
            yield self, self.env._("it is already undone.")
        for payment in self._get_issued_payments():
            if matched := payment._get_matched_entries():
                problem = self.env._(
                    "payment %(payment)s is matched with %(entries)s, so the bank has paid it. If the bank sent "
                    "the money back, choose Returned by Bank. If that match is wrong, undo it in the bank "
                    "reconciliation first, then undo the refund.",
                    payment=payment.display_name,
                    entries=", ".join(matched.mapped("display_name")),
                )
                yield self, problem
            else:
                for _entry, problem in payment.move_id._get_reversal_problems(date):
                    yield self, problem

    def _may_have_left(self):
        """Whether the money of this refund may have left, although it was taken back.

        Not where it was undone on the day that it was issued, and nothing was sent or said to be paid until then.
        """
        if self.state != "canceled" or not self.payment_ids:
            return False
        issued_on, undone_on = (
            moment and fields.Datetime.context_timestamp(self, moment).date()
            for moment in (self.issued_on, self.undone_on)
        )
        return not undone_on or issued_on != undone_on or bool(self.marked_paid_on) or self._is_sent()

    def _is_sent(self):
        """Whether a payment of this refund was marked as sent, or printed."""
        return any(self.payment_ids.mapped("is_sent"))
