from odoo import api, fields, models


class ClientRefundDialog(models.AbstractModel):
    """Asks why something is done to the chosen documents, and shows what they say will become of them."""

    _name = "client.refund.dialog"
    _description = "Client Refund Dialog"

    res_model = fields.Char(required=True, default=lambda self: self.env.context.get("active_model"))
    res_ids = fields.Json(default=lambda self: self.env.context.get("active_ids"))
    alerts = fields.Json(compute="_compute_alerts")
    reason = fields.Char(required=True, help="Stays on the document.")

    @api.depends("res_model", "res_ids")
    def _compute_alerts(self):
        for dialog in self:
            dialog.alerts = dialog._get_alerts(dialog._get_documents())

    def _get_alerts(self, documents):
        """What becomes of these documents, in their own words.

        :param documents: recordset
        :return: dict of banners in the shape of core's `actionable_errors` widget: `message`, `level`
        """
        raise NotImplementedError

    def _get_documents(self):
        """What something is done to.

        :return: client.refund, or other documents that know what this dialog asks for
        """
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_ids)
