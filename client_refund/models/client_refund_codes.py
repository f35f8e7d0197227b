from odoo import models
from odoo.tools import format_amount


class ClientRefundCodes(models.AbstractModel):
    """What is said of a record, such as a risk: kept as a code with values, written in the language of who reads it.

    The text of code `abroad` is what `_describe_abroad(values)` gives.
    """

    _name = "client.refund.codes"
    _description = "Client Refund Codes"

    def _describe(self, codes):
        """What these codes say, in the user's language.

        :param codes: dict, code: dict of values, as JSON keeps them
        """
        return [self._describe_code(code, values) for code, values in (codes or {}).items()]

    def _describe_code(self, code, values):
        # an addon that was uninstalled leaves its codes behind
        describe = getattr(self, f"_describe_{code}", lambda _values: code)
        return describe(values)

    def _describe_always(self, _values):
        return self.env._("Every refund needs approval.")

    def _format_code_amount(self, amount):
        """An amount in company currency, in which codes keep amounts."""
        return format_amount(self.env, amount, self.company_id.currency_id)
