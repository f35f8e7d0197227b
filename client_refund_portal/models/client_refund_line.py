from odoo import models
from odoo.tools import format_date


class ClientRefundLine(models.Model):
    """A credit in the words of the client who is owed it."""

    _inherit = "client.refund.line"

    def _get_portal_name(self):
        """What this credit is, as the client knows it.

        :return: str
        """
        self.ensure_one()
        date = format_date(self.env, self.date, date_format="medium")
        if self.source_type == "credit_note":
            return self.env._("Credit note %(number)s of %(date)s", number=self.document, date=date)
        if self.source_type in ("payment", "bank"):
            return self.env._("Payment of %(date)s", date=date)
        return self.env._("Credit of %(date)s", date=date)
