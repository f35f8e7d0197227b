from markupsafe import Markup

from odoo import fields, models

from .client_refund_approval import APPROVAL_ACTIVITY
from .client_refund_problems import raise_problems
from .client_refund_workflow import with_workflow


class ClientRefundUndo(models.Model):
    """How a refund is taken back: the ledger is as it was before, and the trail is kept."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def action_undo(self, reason, date=None):
        """Take these refunds back: the ledger is as it was before, and the trail is kept.

        A draft gives back what it reserves. The payment of an issued refund is canceled; in a locked period it is
        reversed on an open date instead.

        :param reason: str, why
        :param date: date or str, of the reversal where one is needed; today if none is given
        :return: True
        :raise UserError: with all that is wrong with all of them; then none is undone
        """
        date = self._parse_date(date) or fields.Date.context_today(self)
        refunds = with_workflow(self)
        refunds._check_free_of_run()
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
        issued = self.filtered(lambda refund: refund._is_issued())
        expected = issued._get_expected_residuals(issued._get_reopened_amounts())
        issued._get_standing_payments()._take_back(date, reason)
        issued._reopen_offsets()
        issued._check_exact(expected)
        self.activity_unlink([APPROVAL_ACTIVITY])
        self.write({"state": "canceled", "cancel_reason": reason, "marked_paid_by_id": False, "marked_paid_on": False})
        self._drop_notices()
        self._log_undone(reason)

    def _get_reopened_amounts(self):
        """By how much residuals change when what these refunds settled and paid out is open again.

        :return: dict, account.move.line, credit or invoice: amount in its currency, negative for credits
        """
        amounts = self._get_settled_amounts()
        for line in self.line_ids._filter_booked():
            amounts[line.move_line_id] += line._get_amount_paid_out()
        return {item: -amount for item, amount in amounts.items()}

    def _get_undo_problems(self, reason, date):
        """Why these refunds can't be undone.

        :return: list of str
        """
        return self._get_reason_problems(reason) + [
            refund._name_problem(problem) for refund in self for problem in refund._get_document_undo_problems(date)
        ]

    def _get_reason_problems(self, reason):
        if isinstance(reason, str) and reason.strip():
            return []
        return [self.env._("Say why: the reason stays on the refund.")]

    def _get_offset_partials(self):
        """The reconciliations by which these refunds settled invoices.

        :return: account.partial.reconcile
        """
        return self.offset_ids.move_line_id.matched_credit_ids.filtered(
            lambda partial: partial.client_refund_id in self and partial.credit_move_id in self.line_ids.move_line_id
        )

    def _reopen_offsets(self):
        """Take back what these refunds settled, and only that."""
        self._get_offset_partials().unlink()

    def _get_document_undo_problems(self, date):
        self.ensure_one()
        problems = []
        if self.returned_on:
            problems.append(
                self.env._(
                    "the bank returned it, so it is undone already. If it did not, refund the credits again and "
                    "reconcile the two payments' outstanding items."
                )
            )
        elif self.state == "canceled":
            problems.append(self.env._("it is undone already."))
        for payment in self._get_standing_payments() if self._is_issued() else ():
            if matched := payment._get_matched_entries():
                problems.append(
                    self.env._(
                        "payment %(payment)s is matched with %(entries)s, so the bank has paid it. If the bank sent "
                        "the money back, choose Returned by Bank. If that match is wrong, undo it in the bank "
                        "reconciliation first, then undo the refund.",
                        payment=payment.display_name,
                        entries=", ".join(matched.mapped("display_name")),
                    )
                )
            elif payment._must_be_reversed():
                problems += self._get_lock_date_problems(date)
                if date < payment.date:
                    problems.append(
                        self.env._(
                            "payment %(payment)s is of %(date)s and can't be reversed before. Choose a later date.",
                            payment=payment.display_name,
                            date=fields.Date.to_string(payment.date),
                        )
                    )
        return problems

    def _log_undone(self, reason):
        self._message_log_batch(
            {
                refund.id: self.env._("Undone: %(reason)s", reason=reason)
                + (Markup(" (%s)") % refund.payment_ids._get_refund_links() if refund.payment_ids else "")
                for refund in self
            }
        )
