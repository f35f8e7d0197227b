from odoo import models

from odoo.addons.client_refund.tools.lists import without_owner


class ClientCredit(models.Model):
    """The worklist, from which runs are prepared."""

    _inherit = "client.credit"

    def action_prepare_run(self):
        """Make a refund run of the credits behind these rows.

        :return: an action dictionary that opens the run
        :raise UserError: if nothing is open any more, or if the rows are of several companies
        """
        run = self.env["client.refund.run"]._prepare_for_credits(self._get_open_credits())
        return without_owner(run._get_records_action(name=self.env._("Refund Run")))
