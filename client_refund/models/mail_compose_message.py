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

    def _manage_mail_values(self, mail_values_all):
        values_all = super()._manage_mail_values(mail_values_all)
        notice = self.env.ref(NOTICE_TEMPLATE, raise_if_not_found=False)
        if self.model == "client.refund" and notice and self.template_id == notice:
            refunds = self.env["client.refund"].browse(values_all)
            refunds.filtered(lambda refund: self._is_sent_to_client(refund, values_all[refund.id]))._note_notice_sent()
        return values_all

    @api.model
    def _is_sent_to_client(self, refund, values):
        """Whether a mail reaches the client: who sends one by hand may choose others.

        :param values: dict, of the message, or of the mail where each refund gets one of its own
        :return: bool
        """
        ids = values.get("partner_ids") or [command[1] for command in values.get("recipient_ids", ())]
        recipients = self.env["res.partner"].browse(ids)
        return values.get("state") not in ("cancel", "exception") and any(
            recipient.email_normalized and recipient.commercial_partner_id == refund.partner_id
            for recipient in recipients
        )
