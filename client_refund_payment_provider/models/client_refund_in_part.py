from odoo import models

from odoo.addons.client_refund.tools.exact import check_exact, get_expected_residuals
from odoo.addons.client_refund.tools.problems import raise_problems


class ClientRefundInPart(models.Model):
    """How a refund is taken back of which some went back by card: that can't be called back, the rest can."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _get_standing_payments(self):
        payments = super()._get_standing_payments()
        returns = payments.filtered("client_refund_returned_id")
        if not returns:
            return payments
        # what the bank sent back in part settles none of the credits any more
        settling = self.line_ids.payment_line_id.move_id
        in_part = returns.filtered(lambda payment: payment.client_refund_returned_id.move_id not in settling)
        return payments - in_part - in_part.client_refund_returned_id

    def _get_payments_to_source(self):
        """The payments by card that stand: no bank returns them.

        :return: account.payment
        """
        return self._get_standing_payments().filtered("payment_transaction_id")

    def _get_sent_payments(self):
        """Those of them that the provider was asked for: they can't be called back.

        :return: account.payment
        """
        return self._get_payments_to_source().filtered(
            lambda payment: payment.payment_transaction_id._get_client_refund_status() != "waiting"
        )

    def _get_undoable_payments(self):
        return super()._get_undoable_payments() - self._get_sent_payments()

    # -------------------------------------------------------------------------
    # Undo
    # -------------------------------------------------------------------------

    def _get_document_undo_problems(self, date):
        yield from super()._get_document_undo_problems(date)
        if not self._is_issued() or self._get_undoable_payments():
            return
        for transaction in self._get_sent_payments().payment_transaction_id:
            problem = self.env._(
                "%(amount)s was sent back by online payment %(transaction)s, and this can't be undone. If the "
                "provider reports that it failed, the credit is opened again automatically. If the client was paid "
                "too much, invoice it.",
                amount=self._format_amount(-transaction.amount),
                transaction=transaction.source_transaction_id.reference,
            )
            yield self, problem

    def _get_undo_alerts(self):
        return super()._get_undo_alerts() | self._get_in_part_alerts(self._get_sent_payments())

    def _undo(self, reason, date):
        in_part = self.filtered(lambda refund: refund._is_issued() and refund._get_sent_payments())
        if in_part:
            self._lock_items()
            raise_problems(self._get_undo_problems(reason, date))
        for refund in in_part:
            payments = refund._get_undoable_payments()
            refund._reopen_in_part(payments, lambda payments=payments: payments._undo_for_refund(date, reason))
            told = refund._speak_to(refund._get_responsible())
            told._tell_in_part(payments, told.env._("Partly undone"), reason)
        # to undo what was not sent is to not send it
        waiting = self.line_ids.refund_transaction_id.sudo().filtered(
            lambda transaction: transaction._get_client_refund_status() == "waiting"
        )
        result = super(ClientRefundInPart, self - in_part)._undo(reason, date)
        waiting._set_canceled(state_message=reason)
        return result

    # -------------------------------------------------------------------------
    # Returned by the bank
    # -------------------------------------------------------------------------

    def _get_document_return_problems(self, date):
        yield from super()._get_document_return_problems(date)
        if self._is_issued() and self._get_payments_to_source() and not self._get_payments_by_bank():
            problem = self.env._(
                "it went back by the original online payment, so a bank does not return it. Book what came back as "
                "an incoming payment of the client: this is a new credit to refund."
            )
            yield self, problem

    def _get_payments_by_bank(self):
        """The payments that a bank can send back.

        :return: account.payment
        """
        return self._get_outgoing_payments() - self._get_payments_to_source()

    def _get_return_alerts(self):
        return super()._get_return_alerts() | self._get_in_part_alerts(self._get_payments_to_source())

    def _return(self, reason, date):
        in_part = self.filtered(lambda refund: refund._get_payments_to_source())
        for refund in in_part:
            payments = refund._get_payments_by_bank()
            refund._reopen_in_part(
                payments,
                lambda refund=refund, payments=payments: refund._reopen_paid_out(payments, reason, date),
            )
            told = refund._speak_to(refund._get_responsible())
            told._tell_in_part(payments, told.env._("Partly returned by the bank"), reason)
        return super(ClientRefundInPart, self - in_part)._return(reason, date)

    # -------------------------------------------------------------------------
    # In part
    # -------------------------------------------------------------------------

    def _get_in_part_alerts(self, staying):
        """What the dialog says where some of these refunds stays.

        :param staying: account.payment
        :return: dict of banners, `message` and `level`
        """
        if not staying:
            return {}
        message = self.env._("What went back by card stays. Only the rest is undone: its credits are open again.")
        return {"in_part": {"message": message, "level": "warning"}}

    def _reopen_in_part(self, payments, act):
        """Open again what some payments of this refund paid out; the rest of it stays, and what it settled.

        :param payments: account.payment
        :param act: function that takes them back
        :raise UserError: unless each residual becomes exactly what it was; everything is rolled back
        """
        lines = self.line_ids.filtered(lambda line: line.payment_line_id.move_id in payments.move_id)
        amounts = {line: line._get_amount_paid_out() for line in lines}
        expected = get_expected_residuals({line.move_line_id: -amount for line, amount in amounts.items()})
        act()
        for line, amount in amounts.items():
            line.write({"amount": line.amount_offset, "amount_failed": amount, "payment_line_id": False})
            line.amount_left += amount
        check_exact(expected)
        self._compute_state()

    def _tell_in_part(self, payments, summary, reason):
        """Tell who asked for this refund that some of it is taken back.

        :param payments: account.payment, what is taken back
        :param summary: str, in the language of who is told
        :param reason: str
        """
        note = self.env._(
            "%(amount)s is open again: %(reason)s",
            amount=self._format_amount(sum(payments.mapped("amount"))),
            reason=reason,
        )
        self._tell(summary, note)
