from collections import Counter

from odoo import fields, models


class ClientDormantCreditLineHandOver(models.Model):
    """How one credit is handed over."""

    _inherit = "client.dormant.credit.line"  # pylint: disable=consider-merging-classes-inherited

    def _filter_handed_over(self):
        """The lines of which something was asked for, in the order of their items of the entry."""
        return self.filtered(lambda line: not line.currency_id.is_zero(line.amount)).sorted("id")

    def _get_waiting_message(self):
        self.ensure_one()
        return self.env._(
            "%(document)s waits to be handed over with dormant credit %(register)s.",
            document=self.document,
            register=self.register_id.name,
        )

    def _get_refusal(self):
        """Why this credit can't be handed over.

        :return: str or None
        """
        credit, register = self.move_line_id, self.register_id
        open_amount = self._get_open_amount()
        if not open_amount and self.currency_id.is_zero(self.amount):
            return None
        names = {"document": self.document, "amount": register._format_amount(self.amount)}
        if self.currency_id.compare_amounts(open_amount, self.amount):
            return self.env._(
                "%(open)s of %(document)s is open, but %(amount)s was asked for. Reject or withdraw it, and ask again.",
                open=register._format_amount(open_amount),
                **names,
            )
        if refunds := credit._get_refund_reservations().refund_id:
            return self.env._(
                "%(refunds)s reserves %(reserved)s of %(document)s. Let it be paid, or %(release)s first.",
                refunds=refunds._join_names(),
                release=refunds._get_release_text(),
                reserved=register._format_amount(credit.amount_refund_reserved),
                **names,
            )
        if register._get_hand_over_date() < credit.date:
            return self.env._(
                "%(document)s is dated %(date)s and can't be handed over before that. Choose a later date.",
                date=fields.Date.to_string(credit.date),
                **names,
            )
        if excluded := credit._get_excluded_accounts().get(credit):
            return self.env._(
                "%(document)s is on account %(account)s, which is never refunded, according to the settings of the "
                "company.",
                account=", ".join(excluded.mapped("display_name")),
                **names,
            )
        return None

    def _prepare_counterpart_vals(self):
        """The values of the journal item that settles this credit."""
        self.ensure_one()
        credit = self.move_line_id
        return {
            "account_id": credit.account_id.id,
            "amount_currency": self.amount,
            "balance": self.amount_company_currency,
            "currency_id": self.currency_id.id,
            "name": self.env._("Handed over: %(document)s", document=self.document),
            "partner_id": credit.partner_id.id,
        }

    def _link_counterparts(self, entry):
        """Tell each line by which item of the entry it is settled.

        :param entry: account.move
        """
        lines = self._filter_handed_over()
        items = entry.line_ids.filtered(lambda item: item.account_id == self.register_id.account_id).sorted("id")
        # nobody but the register writes it, so nobody has the right
        for line, item in zip(lines.sudo(), items, strict=True):
            line.counterpart_id = item

    def _get_reopened_amounts(self):
        """By how much residuals change when what these handed over is open again.

        :return: Counter, account.move.line, credit: negative amount in its currency
        """
        amounts = Counter()
        for line in self:
            amounts[line.move_line_id] -= line.amount
        return amounts

    def _is_settled_exactly(self):
        """Whether the credit is settled in full, by the line's own item of the entry alone, without any difference."""
        self.ensure_one()
        credit, item = self.move_line_id, self.counterpart_id
        partials = item.matched_credit_ids
        return (
            item.reconciled
            and credit.reconciled
            and credit.company_currency_id.is_zero(credit.amount_residual)
            and partials.credit_move_id == credit
            and not partials.exchange_move_id
            and not self.currency_id.compare_amounts(partials.credit_amount_currency, self.amount)
        )
