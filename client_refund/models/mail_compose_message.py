from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.mail.tools.parser import parse_res_ids

from .client_refund_notice import NOTICE_TEMPLATE


class MailComposeMessage(models.TransientModel):
    """Who is refunded gets the notice of the refund instead of a receipt that thanks for the payment."""

    _inherit = "mail.compose.message"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        refunds = self._get_refunds_of_receipt()
        if not refunds:
            return values
        notice = {
            "model": refunds._name,
            "res_ids": str(refunds.ids),
            "template_id": self.env.ref(NOTICE_TEMPLATE).id,
        }
        return values | {name: value for name, value in notice.items() if name in fields}

    @api.model
    def _get_refunds_of_receipt(self):
        """The refunds of the payments whose receipt is about to be sent.

        :return: client.refund, empty where it is no receipt or no refunds
        :raise UserError: if only some of the payments are of refunds
        """
        context = self.env.context
        receipt = self.env.ref("account.mail_template_data_payment_receipt", raise_if_not_found=False)
        model = context.get("default_model") or context.get("active_model")
        if not receipt or context.get("default_template_id") != receipt.id or model != "account.payment":
            return self.env["client.refund"]
        ids = context.get("default_res_ids") or context.get("active_ids") or context.get("active_id")
        payments = self.env["account.payment"].browse(parse_res_ids(ids, self.env))
        of_refunds = payments.filtered("client_refund_id")
        if of_refunds and of_refunds != payments:
            raise UserError(
                self.env._(
                    "%(payments)s are payments of refunds, whose clients get the refund notice instead of a receipt. "
                    "Select either these or the others.",
                    payments=", ".join(of_refunds.mapped("display_name")),
                )
            )
        return of_refunds.client_refund_id

    def _action_send_mail(self, auto_commit=False):
        """Let the refunds know that it is their notice that is sent by hand."""
        notice = self.env.ref(NOTICE_TEMPLATE, raise_if_not_found=False)
        is_notice = bool(notice) and self.template_id == notice and set(self.mapped("model")) == {"client.refund"}
        return super(MailComposeMessage, self.with_context(client_refund_notice=is_notice))._action_send_mail(
            auto_commit=auto_commit
        )
