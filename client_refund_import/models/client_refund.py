from odoo import api, fields, models

from odoo.addons.client_refund.models.client_refund_numbers import with_number_later

from ..tools.refund_file import RefundFile


class ClientRefund(models.Model):
    """A file that has a column with amounts becomes draft refunds, row by row."""

    _inherit = "client.refund"

    amount_to_refund = fields.Monetary(
        string="Amount",
        store=False,
        exportable=False,
        help="Only for imports: the amount of the client's open credits to refund, the oldest first.",
    )

    @api.model
    def load(self, fields, data):
        """Make draft refunds of the rows of a file.

        Where there is a column with amounts, unlike other imports, the rows that are right are kept where others are
        wrong.

        :param fields: list of str, the columns
        :param data: list of rows, lists of str
        :return: dict with the ids of the drafts, a message for each row that is left out, and the next row
        :raise AccessError: without the right to make refunds
        :raise UserError: if there is a column that can't be imported
        """
        later = with_number_later(self)
        if "amount_to_refund" in fields:
            limit = self.env.context.get("_import_limit") or len(data)
            file = RefundFile(later, fields, data[:limit], self.env.context.get("client_refund_import_skip", 0))
            result = {
                "ids": file.make_refunds().ids or False,
                "messages": file.get_messages(),
                "nextrow": limit if limit < len(data) else 0,
            }
        else:
            result = super(ClientRefund, later).load(fields, data)
        # what was only tested is gone at commit, and uses no number up
        made = self.browse(result["ids"] or ())
        self.env.cr.precommit.add(lambda: made.exists()._number())
        return result

    @api.model
    def get_import_templates(self):
        """The file that the import screen offers.

        :return: list of dict
        """
        return [
            {
                "label": self.env._("Import Template for Client Refunds"),
                "template": "/client_refund_import/static/csv/client_refund.csv",
            }
        ]
