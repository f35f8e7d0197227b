from odoo import models


class ClientRefundWizard(models.TransientModel):
    _inherit = "client.refund.wizard"

    def _get_alerts(self, risks, reasons):
        alerts = super()._get_alerts(risks, reasons)
        # nothing else is looked up in the register
        reserved = self.line_ids.filtered(lambda line: line.held_back == "reserved").move_line_id._origin
        if waiting := reserved._search_waiting_dormant_lines():
            alerts["hand_over"] = self._get_hand_over_alert(waiting)
        return alerts

    def _get_hand_over_alert(self, waiting):
        """Who holds what the clerk may tick all the same.

        :param waiting: client.dormant.credit.line
        """
        messages = [line._get_waiting_message() for line in waiting]
        return {
            "level": "info",
            "message": " ".join(
                [*messages, self.env._("If the client has claimed the money, tick it: then it is not handed over.")]
            ),
            "action_text": self.env._("View Dormant Credit"),
            "action": self._open_in_new_tab(waiting.register_id[0]),
        }
