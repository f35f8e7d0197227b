from odoo import api, fields, models

from odoo.addons.client_refund.tools.problems import raise_problems


class ClientRefund(models.Model):
    """A refund whose credits go back, some or all, by the online payments that they came by."""

    _inherit = "client.refund"

    goes_to_source = fields.Boolean(compute="_compute_goes_to_source")

    @api.depends("line_ids.to_source")
    def _compute_goes_to_source(self):
        for refund in self:
            refund.goes_to_source = any(refund.line_ids.mapped("to_source"))

    def _is_paying_from_journal(self):
        return super()._is_paying_from_journal() and any(
            not line.to_source and line._filter_paid_out() for line in self.line_ids
        )

    def _get_credits_paid_from_journal(self):
        # what goes back by the way it came is not lost where it bounces
        return super()._get_credits_paid_from_journal() - self.line_ids.filtered("to_source").move_line_id

    def _is_account_of(self, user):
        return self._is_paying_from_journal() and super()._is_account_of(user)

    # -------------------------------------------------------------------------
    # Never more than was paid
    # -------------------------------------------------------------------------

    def _check_drafted(self):
        """Refuse to take more of an online payment than is left of it."""
        result = super()._check_drafted()
        raise_problems(
            problem
            for refund in self.filtered("line_ids.source_transaction_id")
            for problem in refund._get_source_problems()
        )
        return result

    def _lock_items(self):
        result = super()._lock_items()
        (self.line_ids.source_transaction_id | self.line_ids.refund_transaction_id)._lock_for_refund()
        return result

    def _get_document_problems(self, bank_accounts):
        yield from super()._get_document_problems(bank_accounts)
        yield from self._get_source_problems()
        if self.goes_to_source and self._is_paying_from_journal() and self._is_paid_by_order():
            yield self, self._get_way_of_its_own_message()

    def _get_source_problems(self):
        """Why what goes back by online payments can't go back by them, apart from the lines themselves."""
        self.ensure_one()
        lines = self.line_ids.filtered("source_transaction_id")._filter_paid_out()
        for source, group in lines.grouped("source_transaction_id").items():
            amount = self.currency_id.round(sum(line._get_amount_paid_out() for line in group))
            left = source._get_amount_refundable(group if self._is_changeable() else None)
            refusal = source._get_refund_refusal(amount, left, but=self) or self._get_parted_refusal(source, group)
            if refusal:
                yield self, refusal

    def _get_parted_refusal(self, source, lines):
        """Why these lines can't go back by one online payment in several parts, as several receivable accounts take.

        :return: str or None
        """
        parts = lines.grouped(lambda line: line._get_payment_key())
        if source._get_refund_support() == "partial" or len(parts) == 1:
            return None
        return self.env._(
            "the provider of online payment %(transaction)s can only refund the full amount, but the credits are on "
            "several accounts (%(accounts)s). Pay them by bank.",
            transaction=source.reference,
            accounts=", ".join(lines.move_line_id.account_id.mapped("display_name")),
        )

    # -------------------------------------------------------------------------
    # Pay
    # -------------------------------------------------------------------------

    def _issue(self):
        result = super()._issue()
        self._check_sent_to_source()
        return result

    def _check_sent_to_source(self):
        """A payment method that pays in a way of its own must not take what goes back by an online payment with it.

        :raise UserError: names the refunds; everything is rolled back
        """
        raise_problems(
            (refund, refund._get_way_of_its_own_message())
            for refund in self
            if refund.line_ids.filtered("source_transaction_id")._filter_paid_out()
            != refund.line_ids.filtered("refund_transaction_id")
        )

    def _get_way_of_its_own_message(self):
        return self.env._(
            "payment method %(method)s pays all credits of a refund itself, but some must go back to the card. "
            "Choose another payment method, or refund these credits separately.",
            method=self.payment_method_line_id.display_name,
        )

    def _create_payments(self):
        transactions = self.line_ids._create_refund_transactions()
        payments = super()._create_payments()
        if transactions:
            for payment in payments.filtered("payment_transaction_id"):
                # core books what is confirmed and has no payment yet: this must be known before the provider is asked
                payment.payment_transaction_id.sudo().payment_id = payment
            transactions._trigger_calls()
        return payments

    def _prepare_payment_vals(self, account, lines):
        vals = super()._prepare_payment_vals(account, lines)
        transaction = lines.refund_transaction_id
        if not transaction:
            return vals
        # billing users may book what a provider pays, as core does, but not read the provider
        provider = transaction.provider_id.sudo()
        method_line = provider.journal_id.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == provider
        )
        return {
            **vals,
            "journal_id": provider.journal_id.id,
            "partner_bank_id": False,
            "payment_method_line_id": method_line[:1].id,
            "payment_transaction_id": transaction.id,
        }
