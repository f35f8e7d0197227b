from odoo import models

# What may be wrong with an account that receives nothing.
ACCOUNT_RISKS = ("other_origin", "changed_account", "untrusted_account", "shared_account", "other_holder")


class ClientRefundMixin(models.AbstractModel):
    """What goes back by the original payment needs no payee account."""

    _inherit = "client.refund.mixin"

    def _is_trusted_account_missing(self):
        return self._is_paying_from_journal() and super()._is_trusted_account_missing()

    def _get_own_risks(self, findings):
        risks = super()._get_own_risks(findings)
        if self._is_paying_from_journal():
            return risks
        return {kind: values for kind, values in risks.items() if kind not in ACCOUNT_RISKS}
