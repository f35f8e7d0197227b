from odoo import api
from odoo.tools import SQL

from odoo.addons.client_refund.tests.transactions import TransactionsCase


class RunTransactionsCase(TransactionsCase):
    """Runs that are committed, and deleted at the end."""

    def _clean_up(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            run_ids = env["client.refund"].search([("partner_id", "in", self.client_ids)]).run_id.ids
        result = super()._clean_up()
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            # SQL, since the module keeps the trail of every run
            env.cr.execute(SQL("DELETE FROM client_refund_run WHERE id = ANY(%s)", run_ids))
            env.cr.commit()
        return result
