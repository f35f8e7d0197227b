from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.account_check_printing.models.account_payment import INV_LINES_PER_STUB
from odoo.addons.client_refund.tools.problems import raise_problems


class AccountPayment(models.Model):
    """The check by which a refund is paid: its number, its stub, and how it is voided."""

    _inherit = "account.payment"

    def _synchronize_to_moves(self, changed_fields):
        """Let the labels of a refund's entry follow the check number.

        Core writes the entry anew, with one receivable item: a refund's has one for each credit.
        """
        numbered = self.browse()
        if changed_fields & set(self._get_trigger_fields_to_synchronize()) == {"check_number"}:
            numbered = self.filtered("client_refund_id")
        for payment in numbered.filtered(lambda payment: payment.move_id.state == "draft"):
            items = payment.move_id.line_ids.sorted("id")
            for item, vals in zip(items, payment._prepare_move_line_default_vals(), strict=True):
                item.name = vals["name"]
        return super(AccountPayment, self - numbered)._synchronize_to_moves(changed_fields)

    def print_checks(self):
        self._check_refund_stands()
        return super().print_checks()

    def do_print_checks(self):
        self._check_refund_stands()
        return super().do_print_checks()

    def _check_refund_stands(self):
        """Refuse to print the check of a refund that was taken back: a list may be older than that.

        :raise UserError: names client, payment, amount and refund
        """
        of_refunds = self.filtered("client_refund_id")
        of_refunds.lock_for_update(allow_referencing=True)
        raise_problems(
            (
                payment,
                self.env._(
                    "%(client)s: payment %(payment)s of %(amount)s was undone with refund %(refund)s. Reload the "
                    "list and leave it out.",
                    client=payment.partner_id.display_name,
                    payment=payment.display_name,
                    amount=payment._format_stub_amount(payment.amount),
                    refund=payment.client_refund_id.name,
                ),
            )
            for payment in of_refunds
            if payment.state not in ("in_process", "paid")
        )

    def action_void_check(self):
        """Void the checks of refunds by undoing the refunds, which asks why; other checks as core does.

        :return: an action dictionary, or what core gives
        :raise UserError: if only some of the checks are of refunds
        """
        if self and all(payment.client_refund_id for payment in self):
            return self.action_undo_client_refund()
        return super().action_void_check()

    # -------------------------------------------------------------------------
    # Stub
    # -------------------------------------------------------------------------

    def _check_build_page_info(self, i, p):
        info = super()._check_build_page_info(i, p)
        if self.client_refund_id and not self.company_id.account_check_printing_multi_stub:
            info["stub_cropped"] = len(self._get_refund_stub_credits()) > INV_LINES_PER_STUB
        return info

    def _check_make_stub_pages(self):
        """List the credits that a refund pays, of whatever kind: core lists credit notes alone."""
        if not self.client_refund_id:
            return super()._check_make_stub_pages()
        lines = [self._prepare_refund_stub_line(line) for line in self._get_refund_stub_credits()]
        if self.company_id.account_check_printing_multi_stub:
            return [lines[start : start + INV_LINES_PER_STUB] for start in range(0, len(lines), INV_LINES_PER_STUB)]
        # where not all fit, the layout prints a line that says so
        return [lines if len(lines) <= INV_LINES_PER_STUB else lines[: INV_LINES_PER_STUB - 1]]

    def _get_refund_stub_credits(self):
        """What the refund takes of credits that this payment pays, or that settle invoices beside them, oldest first.

        :return: client.refund.line
        """
        key = self._get_refund_payment_key()
        return self.client_refund_id.line_ids.filtered(lambda line: line._get_payment_key() == key).sorted(
            lambda line: (line.date, line.id)
        )

    def _prepare_refund_stub_line(self, line):
        """What the stub says about a credit, in the form that core's layouts print.

        :param line: client.refund.line
        """
        credit = line.move_line_id
        residual = -credit.amount_residual_currency
        return {
            "due_date": format_date(self.env, line.date),
            "number": self._get_refund_stub_number(line),
            "amount_total": self._format_stub_amount(-credit.amount_currency),
            "amount_residual": "-" if self.currency_id.is_zero(residual) else self._format_stub_amount(residual),
            "amount_paid": self._format_stub_amount(line._get_amount_paid_out()),
            "currency": self.currency_id,
        }

    def _get_refund_stub_number(self, line):
        """The number of a credit, its reference, and what of it has settled invoices instead of being paid out.

        :param line: client.refund.line
        :return: str
        """
        number = " - ".join(filter(None, (line.document, line.move_id.ref)))
        if self.currency_id.is_zero(line.amount_offset):
            return number
        return self.env._(
            "%(document)s (%(amount)s settled invoices)",
            document=number,
            amount=self._format_stub_amount(line.amount_offset),
        )

    def _format_stub_amount(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)
