from odoo import api, models

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import in_workflow

# What the file says of a lot, and in which file it is.
PROTECTED_FIELDS = frozenset({"currency_id", "date", "name", "order_id", "payment_ids"})


class AccountPaymentLot(models.Model):
    """The payments of an order that go into its file together: those of refunds stay there, and nothing joins them."""

    _inherit = "account.payment.lot"

    def write(self, vals):
        if not PROTECTED_FIELDS & vals.keys():
            return super().write(vals)
        self._check_pays_no_refunds()
        result = super().write(vals)
        self._check_pays_no_refunds()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_refunds(self):
        self._check_pays_no_refunds()

    def _check_pays_no_refunds(self):
        """Refuse to change what a file pays behind the back of its refunds.

        :raise UserError: names lot and order
        """
        raise_problems(
            (
                lot,
                self.env._(
                    "Lot %(lot)s belongs to payment order %(order)s, which pays refunds, so it can't be changed. "
                    "Cancel the order, set it back to draft and change its lines.",
                    lot=lot.name,
                    order=lot.order_id.name,
                ),
            )
            for lot in self
            if (refunds := lot.order_id._get_refunds()) and not in_workflow(refunds)
        )
