from odoo import api, fields, models

from ..tools.amounts import share_out


class ClientRefundWizardExchange(models.TransientModel):
    """What exchange difference the refund will book, as core will compute it."""

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

    exchange_difference = fields.Monetary(
        compute="_compute_exchange_difference",
        currency_field="company_currency_id",
        help="The exchange gain, or loss if negative, that the refund will book in the currency of the company.",
    )

    @api.depends(
        "company_id",
        "currency_id",
        "date",
        "line_ids.selected",
        "line_ids.amount",
        "offset_ids.selected",
        "offset_ids.amount",
    )
    def _compute_exchange_difference(self):
        for wizard in self:
            is_foreign = wizard.date and wizard.currency_id and wizard.currency_id != wizard.company_id.currency_id
            wizard.exchange_difference = -wizard._estimate_exchange_loss() if is_foreign else 0.0

    def _estimate_exchange_loss(self):
        """What the reconciliations of this refund will book, in the order in which it makes them.

        :return: amount in company currency, negative for a gain
        """
        self.ensure_one()
        items = (self._get_selected_lines().move_line_id | self._get_selected_offsets().move_line_id)._origin
        residuals = {
            item: {
                "aml": item,
                "amount_residual": item.amount_residual,
                "amount_residual_currency": item.amount_residual_currency,
            }
            for item in items
        }
        loss = 0.0
        paid_out = {line: line.amount for line in self._get_selected_lines()}
        for line, offset, amount in self._get_settlements():
            loss += self._estimate_settlement(residuals, line.move_line_id._origin, amount)
            loss += self._estimate_settlement(residuals, offset.move_line_id._origin, amount)
            paid_out[line] -= amount
        for line, (amount, balance) in self._get_payment_balances(paid_out).items():
            if residuals[line.move_line_id._origin]["amount_residual_currency"]:
                loss += self._estimate_payment(residuals[line.move_line_id._origin], amount, balance)
        return self.company_id.currency_id.round(loss)

    @api.model
    def _estimate_settlement(self, residuals, item, amount):
        """What one side of a settlement brings in: both are reconciled in full, what they differ by is the loss."""
        if not residuals[item]["amount_residual_currency"]:
            return 0.0
        capped = item._cap_residual(residuals[item], amount)
        for name in ("amount_residual", "amount_residual_currency"):
            residuals[item][name] -= capped[name]
        return capped["amount_residual"]

    def _get_payment_balances(self, paid_out):
        """What the payment's items will be in company currency, shared out as the payment shares it.

        :param paid_out: dict, client.refund.wizard.line: amount that is paid out
        :return: dict, client.refund.wizard.line: (amount, balance in company currency)
        """
        balances = {}
        lines = self._get_selected_lines().filtered(lambda line: self.currency_id.round(paid_out[line]) > 0)
        for account_lines in lines.grouped(lambda line: line.move_line_id.account_id).values():
            amounts = [self.currency_id.round(paid_out[line]) for line in account_lines]
            total = self.currency_id.round(sum(amounts))
            company_currency = self.company_id.currency_id
            balance = self.currency_id._convert(total, company_currency, self.company_id, self.date)
            shares = share_out(balance, amounts, total, company_currency)
            balances.update(zip(account_lines, zip(amounts, shares, strict=True), strict=True))
        return balances

    def _estimate_payment(self, residual, amount, balance):
        """What core will book when it reconciles a credit with its payment item.

        :param residual: dict, what is open of the credit, as core prepares it
        :param amount: of the payment item, in the refund's currency
        :param balance: of the payment item, in company currency
        :return: amount in company currency, negative for a gain
        """
        credit = residual["aml"]
        # another item of the entry stands in for the payment's, which is not made yet
        stand_in = (credit.move_id.line_ids - credit)[:1]
        shadow = {
            stand_in: {
                "account_id": credit.account_id,
                "amount_currency": amount,
                "balance": balance,
                "currency_id": credit.currency_id,
                "date": self.date,
            }
        }
        payment = {"aml": stand_in, "amount_residual": balance, "amount_residual_currency": amount}
        result = credit._prepare_reconciliation_single_partial(payment, residual, shadow)
        exchange = result.get("exchange_values")
        if not exchange:
            return 0.0
        # of each pair of items the second is on the exchange account
        booked = [vals for _command, _id, vals in exchange["move_values"]["line_ids"]][1::2]
        return sum(vals["debit"] - vals["credit"] for vals in booked)
