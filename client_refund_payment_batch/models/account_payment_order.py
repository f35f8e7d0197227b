from odoo import api, fields, models

from odoo.addons.client_refund.tools.groups import READER_GROUPS
from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import in_workflow, with_workflow

# How far the order is, and from where it pays.
REFUND_PROTECTED_FIELDS = frozenset({"company_id", "journal_id", "payment_method_line_id", "payment_type", "state"})


class AccountPaymentOrder(models.Model):
    """A payment order that pays refunds: they follow it from draft to the bank and back."""

    _inherit = "account.payment.order"

    client_refund_ids = fields.Many2many(
        "client.refund", compute="_compute_client_refunds", string="Client Refunds", groups=READER_GROUPS
    )
    client_refund_count = fields.Integer(compute="_compute_client_refunds", groups=READER_GROUPS)

    @api.depends("payment_line_ids.client_refund_line_id.refund_id")
    def _compute_client_refunds(self):
        for order in self:
            order.client_refund_ids = order.payment_line_ids.client_refund_line_id.refund_id
            order.client_refund_count = len(order.client_refund_ids)

    def write(self, vals):
        if REFUND_PROTECTED_FIELDS & vals.keys():
            self._check_not_owned_by_refunds()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_refunds(self):
        self._check_not_owned_by_refunds()

    def action_open_client_refunds(self):
        """Open the refunds that these orders pay."""
        return self.client_refund_ids._get_records_action(name=self.env._("Client Refunds"))

    def _get_refunds(self):
        """The refunds that these orders pay.

        Who has the right on payment orders need not have one on refunds: those follow their order.

        :return: client.refund
        """
        return self.sudo().payment_line_ids.client_refund_line_id.refund_id

    # -------------------------------------------------------------------------
    # Refunds follow their order
    # -------------------------------------------------------------------------

    def draft2open(self):
        """Confirm these orders: one payment is made for each refund and receivable account.

        :raise UserError: with all that is wrong with the refunds
        """
        refunds = self._get_refunds()
        if not refunds:
            return super().draft2open()
        self._check_refund_order_state("draft")
        refunds._check_payable_by_order()
        result = super(AccountPaymentOrder, with_workflow(self, refunds)).draft2open()
        refunds._check_ordered_exactly()
        return result

    def open2generated(self):
        """Make the file for the bank.

        :return: an action dictionary
        :raise UserError: with all that is wrong with the refunds
        """
        refunds = self._get_refunds()
        if not refunds:
            return super().open2generated()
        self._check_refund_order_state("open")
        refunds._check_payable_by_order()
        refunds._check_ordered_exactly()
        return super(AccountPaymentOrder, with_workflow(self, refunds)).open2generated()

    def generated2uploaded(self):
        """The bank has the file: the payments are booked, and each credit is reconciled with its own payment item.

        :raise UserError: unless each residual becomes exactly what the refunds say
        """
        refunds = self._get_refunds()
        if not refunds:
            return super().generated2uploaded()
        self._check_refund_order_state("generated")
        self.check_access("write")
        with_workflow(refunds)._book_order()
        return super(
            AccountPaymentOrder, with_workflow(self, refunds).with_context(client_refund_booked=True)
        ).generated2uploaded()

    def action_cancel(self):
        """Cancel these orders before they are uploaded: the refunds wait in them, and hold their credits.

        :raise UserError: names the refunds whose payments are booked
        """
        refunds = self._get_refunds()
        if not refunds:
            return super().action_cancel()
        self.check_access("write")
        self._check_refunds_not_booked()
        with_workflow(refunds).payment_ids.filtered(lambda payment: payment.state == "draft").unlink()
        refunds._message_log_batch(
            {
                refund.id: self.env._(
                    "Payment order %(order)s was canceled. The refund waits in it and reserves its credits: set the "
                    "order back to draft, or undo the refund.",
                    order=", ".join(refund.payment_order_ids.mapped("name")),
                )
                for refund in refunds
            }
        )
        return super(AccountPaymentOrder, with_workflow(self, refunds)).action_cancel()

    def cancel2draft(self):
        """Bring these canceled orders back to draft, with the refunds that wait in them."""
        refunds = self._get_refunds()
        if not refunds:
            return super().cancel2draft()
        self._check_refund_order_state("cancel")
        return super(AccountPaymentOrder, with_workflow(self, refunds)).cancel2draft()

    def _drop_empty(self):
        """Cancel those of these confirmed orders that refunds left empty, and drop their empty lots."""
        empty = self.payment_lot_ids.filtered(lambda lot: not lot.payment_ids)
        with_workflow(empty, empty.order_id._get_refunds()).unlink()  # nothing of other refunds is in them
        self.filtered(lambda order: order.state == "open" and not order.payment_line_ids).write({"state": "cancel"})

    # -------------------------------------------------------------------------
    # Nothing behind the refunds' back
    # -------------------------------------------------------------------------

    def _check_not_owned_by_refunds(self):
        """Refuse to change an order behind the back of the refunds that it pays.

        :raise UserError: names order and refunds, and points to the buttons of the order and to Undo
        """
        raise_problems(
            (
                order,
                self.env._(
                    "Payment order %(order)s pays %(refunds)s and can only be changed by its own buttons. To remove "
                    "a refund from the order, open the refund and choose Undo.",
                    order=order.name,
                    refunds=", ".join(refunds.mapped("name")),
                ),
            )
            for order in self
            if (refunds := order._get_refunds()) and not in_workflow(refunds)
        )

    def _check_refund_order_state(self, state):
        """Refuse a step of an order with refunds out of turn.

        :param state: str, what the order must be now
        :raise UserError: names order and state
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise_problems(
            (
                order,
                self.env._(
                    "Payment order %(order)s is %(state)s, but this is possible only when it is %(wanted)s. Reload "
                    "the page and check it.",
                    order=order.name,
                    state=labels[order.state],
                    wanted=labels[state],
                ),
            )
            for order in self
            if order.state != state
        )

    def _check_refunds_not_booked(self):
        """:raise UserError: names order and refunds, and what to do with them"""
        raise_problems(
            (order, problem)
            for order in self
            if (problem := order._get_booked_message(order._get_refunds()._filter_booked()))
        )

    def _get_booked_message(self, refunds):
        """Why this order can't be canceled any more, and what to do instead.

        :param refunds: client.refund, those that it has paid
        :return: str, None where there are none
        """
        texts = {"order": self.name, "refunds": ", ".join(refunds.mapped("name"))}
        if refunds.filtered("returned_on"):
            return self.env._(
                "Payment order %(order)s has paid %(refunds)s, and the bank sent money back. The bank has executed "
                "the order, so leave it as it is. What came back is open again and can be refunded again.",
                **texts,
            )
        if refunds:
            return self.env._(
                "Payment order %(order)s has paid %(refunds)s. If the bank did not execute it, undo these refunds "
                "first. If the money came back, choose Returned by Bank on them.",
                **texts,
            )
        return None
