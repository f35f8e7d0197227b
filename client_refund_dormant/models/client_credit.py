from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.client_refund.tools.lists import without_owner


class ClientCredit(models.Model):
    """Which rows of the worklist are old enough for the register."""

    _inherit = "client.credit"
    _depends = {"res.company": ["client_refund_dormant_days"]}

    dormant = fields.Boolean(
        readonly=True,
        help="The oldest of these credits is old enough for the dormant-credit register, according to the settings.",
    )

    @api.model
    def _select(self):
        return SQL(
            """%s,
                   excluded.account_id IS NULL
                   AND root.client_refund_dormant_days > 0
                   AND %s - credit.date >= root.client_refund_dormant_days AS dormant""",
            super()._select(),
            self._get_today(),
        )

    @api.model
    def _from(self):
        return SQL(
            "%s JOIN res_company root ON root.id = split_part(company.parent_path, '/', 1)::int", super()._from()
        )

    def action_register_dormant(self):
        """Enter what is old enough of these rows in the dormant-credit register.

        :return: an action dictionary that opens what it is entered in
        :raise UserError: if nothing of it is old enough, or all of it waits for approval already
        """
        registers = self.env["client.dormant.credit"]
        credits = registers._search_dormant_credits(self.company_id, Domain("id", "in", self._get_open_credits().ids))
        if not credits:
            raise UserError(
                self.env._(
                    "None of these credits is old enough for the dormant-credit register. See Dormant After (days) "
                    "in the settings."
                )
            )
        return without_owner(registers._gather(credits)._get_records_action(name=self.env._("Dormant Credits")))
