from odoo import api, fields, models

from odoo.addons.mail.tools.parser import parse_res_ids

from .client_refund_notice import NOTICE_TEMPLATE


class MailComposeMessage(models.TransientModel):
    """Who is refunded gets the notice of the refund instead of a receipt that thanks for the payment."""

    _inherit = "mail.compose.message"

    client_refund_left_out = fields.Char(
        readonly=True,
        help="The payments that were chosen too, but whose clients get the notice of their refund instead.",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        payments = self._get_payments_of_receipt()
        of_refunds = payments.filtered("client_refund_id")
        if not of_refunds:
            return values
        if receipts := payments - of_refunds:
            wanted = {
                "res_ids": str(receipts.ids),
                "client_refund_left_out": ", ".join(of_refunds.mapped("display_name")),
            }
        else:
            refunds = of_refunds.client_refund_id
            wanted = {
                "model": refunds._name,
                "res_ids": str(refunds.ids),
                "template_id": self.env.ref(NOTICE_TEMPLATE).id,
            }
        return values | {name: value for name, value in wanted.items() if name in fields}

    @api.model
    def _get_payments_of_receipt(self):
        """The payments whose receipt is about to be sent.

        :return: account.payment, empty where it is no receipt
        """
        context = self.env.context
        payments = self.env["account.payment"]
        receipt = self.env.ref("account.mail_template_data_payment_receipt", raise_if_not_found=False)
        model = context.get("default_model") or context.get("active_model")
        if not receipt or context.get("default_template_id") != receipt.id or model != payments._name:
            return payments
        ids = context.get("default_res_ids") or context.get("active_ids") or context.get("active_id")
        return payments.browse(parse_res_ids(ids, self.env))

    def _action_send_mail(self, auto_commit=False):
        """Let the refunds know that it is their notice that is sent by hand."""
        notice = self.env.ref(NOTICE_TEMPLATE, raise_if_not_found=False)
        is_notice = bool(notice) and self.template_id == notice and set(self.mapped("model")) == {"client.refund"}
        return super(MailComposeMessage, self.with_context(client_refund_notice=is_notice))._action_send_mail(
            auto_commit=auto_commit
        )
