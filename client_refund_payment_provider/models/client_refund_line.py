from odoo import api, fields, models

from odoo.addons.client_refund.tools.groups import check_may_answer
from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow


class ClientRefundLine(models.Model):
    """A credit that goes back by the online payment that it came by, instead of by bank."""

    _inherit = "client.refund.line"

    to_source = fields.Boolean(
        term=True,
        string="Back to Card",
        help="Goes back by the online payment that the money came by (a card, a wallet), not to the payee account.",
    )
    source_transaction_id = fields.Many2one(
        "payment.transaction",
        string="Original Payment",
        compute="_compute_source_transaction_id",
        compute_sudo=False,
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The online payment that the money came by, and goes back by.",
    )
    refund_transaction_id = fields.Many2one(
        "payment.transaction",
        string="Online Refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The refund that the provider is asked for.",
    )
    provider_status = fields.Selection(
        selection=[
            ("waiting", "To Send"),
            ("calling", "Being Sent"),
            ("unknown", "Unknown"),
            ("pending", "Pending"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        string="Provider Says",
        compute="_compute_provider_status",
        help="To send: the provider will be asked soon. Pending: it was asked and has not decided. Done: the money "
        "is on its way to the client. Failed: the credit is open again. Unknown: the connection failed when it was "
        "asked, so check at the provider whether it was refunded.",
    )
    provider_message = fields.Text(related="refund_transaction_id.state_message", related_sudo=False)
    amount_failed = fields.Monetary(
        string="Failed",
        readonly=True,
        copy=False,
        help="What the provider could not refund, or what was undone or sent back by the bank while the rest stays. "
        "The credit is open again in this amount.",
    )

    @api.depends("to_source", "move_line_id")
    def _compute_source_transaction_id(self):
        sources = self.filtered("to_source").move_line_id._get_source_transactions()
        for line in self:
            if not line.move_line_id:
                continue  # the document was deleted: what the money went back by is kept
            transactions = line.to_source and sources.get(line.move_line_id)
            line.source_transaction_id = transactions and transactions._get_most_refundable()

    @api.depends("refund_transaction_id.state", "refund_transaction_id.client_refund_call")
    def _compute_provider_status(self):
        for line in self:
            line.provider_status = line.refund_transaction_id._get_client_refund_status()

    def _may_have_left(self):
        return super()._may_have_left() or not self.currency_id.is_zero(self.amount_failed)

    def _get_amount_asked(self):
        return super()._get_amount_asked() + self.amount_failed

    def _get_payment_key(self):
        return (*super()._get_payment_key(), self.source_transaction_id)

    # -------------------------------------------------------------------------
    # What is wrong with it
    # -------------------------------------------------------------------------

    def _get_refusal(self):
        return super()._get_refusal() or self._get_source_refusal()

    def _get_source_refusal(self):
        """Why this credit can't go back by an online payment.

        :return: str or None
        """
        credit, source = self.move_line_id, self.source_transaction_id
        if not self.to_source or source & credit._get_source_transactions().get(credit, source.browse()):
            return None
        return self.env._(
            "it did not come by an online payment of this client that its provider can refund. Untick Back to Card to "
            "pay it by bank."
        )

    # -------------------------------------------------------------------------
    # Pay
    # -------------------------------------------------------------------------

    def _create_refund_transactions(self):
        """Create what the providers will be asked for, one for each payment that goes back.

        :return: payment.transaction
        """
        to_source = self.filtered("source_transaction_id")._filter_paid_out()
        for lines in to_source.grouped(lambda line: (line.refund_id, line._get_payment_key())).values():
            # billing users may refund, as by core's own button, but not read the provider
            lines.refund_transaction_id = lines.source_transaction_id.sudo()._create_child_transaction(
                lines.currency_id.round(sum(line._get_amount_paid_out() for line in lines)),
                is_refund=True,
                client_refund_id=lines.refund_id.id,
                client_refund_call="waiting",
            )
        return to_source.refund_transaction_id

    # -------------------------------------------------------------------------
    # Where nobody knows what the provider did
    # -------------------------------------------------------------------------

    def action_provider_refunded(self):
        """Say that the provider has refunded this, where the connection broke when it was asked.

        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: if it is known what the provider did
        """
        self._get_unknown_transactions()._set_done(
            state_message=self._get_answer_message(), extra_allowed_states=("cancel",)
        )
        return True

    def action_provider_did_not_refund(self):
        """Say that the provider has not refunded this: the credits are open again, and can be refunded anew.

        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: if it is known what the provider did
        """
        self._get_unknown_transactions()._set_error(self._get_answer_message(), extra_allowed_states=("cancel",))
        return True

    def _get_answer_message(self):
        return self.env._("%(user)s has checked at the provider.", user=self.env.user.name)

    def _get_unknown_transactions(self):
        """The online refunds of these lines, for somebody to say what became of them.

        :return: payment.transaction
        """
        check_may_answer(self.env)
        self.check_access("write")
        transactions = self.refund_transaction_id
        transactions._lock_for_refund()
        raise_problems(
            (line, self.env._("it is already known what the provider did with it."))
            for line in self
            if line.provider_status != "unknown"
        )
        # who may approve refunds says what only the provider could
        return with_workflow(transactions.sudo(), self.refund_id)
