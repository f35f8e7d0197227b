from odoo import fields, models

from ..tools.problems import raise_problems
from ..tools.workflow import with_workflow


class ClientRefundPaid(models.Model):
    """When an issued refund is paid: when the bank says that its money has left, or when somebody says so."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    marked_paid_by_id = fields.Many2one(
        "res.users",
        string="Marked as Paid By",
        readonly=True,
        copy=False,
        help="Who said that the money has left. Empty where the bank says so.",
    )
    marked_paid_on = fields.Datetime(string="Marked as Paid On", readonly=True, copy=False)

    def _is_paid(self):
        """Whether the money has left; a refund that only settles invoices has nothing to wait for."""
        return not self._is_waiting_to_pay() and all(
            payment._has_refund_money_left() for payment in self._get_standing_payments()
        )

    def action_mark_paid(self):
        """Say that the money of these refunds has left, where no bank statement is matched that would say so.

        :return: True
        :raise UserError: with all that is wrong with all of them; then none is marked
        """
        refunds = with_workflow(self)
        raise_problems(problem for refund in refunds for problem in refund._get_mark_paid_problems())
        refunds.write({"marked_paid_by_id": self.env.uid, "marked_paid_on": fields.Datetime.now()})
        refunds._get_outgoing_payments().state = "paid"
        refunds._message_log_batch({refund.id: refund._get_marked_paid_message() for refund in refunds})
        return True

    def _get_mark_paid_problems(self):
        """Why it can't be said that the money of this refund has left.

        :return: iterator of (client.refund, str)
        """
        self.ensure_one()
        if self.state != "in_process":
            problem = self.env._(
                "it is %(state)s. Only refunds that are in process can be marked as paid.",
                state=self._get_state_label(),
            )
            yield self, problem
            return
        if self._is_waiting_to_pay() or not self._is_payout_certain():
            yield self, self.env._("its payment is not sent yet. Mark it as paid when the money has left.")
            return

    def _get_marked_paid_message(self):
        return self.env._("Marked as paid: %(amount)s has left.", amount=self._format_amount())
