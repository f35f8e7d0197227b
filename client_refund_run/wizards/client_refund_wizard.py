from odoo import fields, models


class ClientRefundWizard(models.TransientModel):
    """The wizard that adds a client's refund to a run, or changes one in it: saved there, and issued with the run."""

    _inherit = "client.refund.wizard"

    run_id = fields.Many2one(
        "client.refund.run",
        readonly=True,
        check_company=True,
        help="The run under review that the refund is, or becomes, part of.",
    )

    def _prepare_stored_vals(self):
        return super()._prepare_stored_vals() | {"run_id": self.run_id.id}

    def _save_refund(self):
        refund = super()._save_refund()
        if self.run_id and not refund.run_id:
            refund._join_run(self.run_id)
        return refund

    def _is_asked_at_once(self):
        return not self.refund_id.run_id and super()._is_asked_at_once()
