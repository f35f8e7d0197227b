from odoo import api, fields, models

from odoo.addons.client_refund.models.account_move_line_open import BOUNCED_STATES

from ..tools.mark import mark_in_register
from .client_dormant_credit import CONTACT_STATES


class ClientDormantCreditLine(models.Model):
    """One of the old credits."""

    _name = "client.dormant.credit.line"
    _description = "Dormant Credit Line"
    _order = "register_id, date, id"
    _rec_name = "document"

    register_id = fields.Many2one(
        "client.dormant.credit", string="Dormant Credit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="register_id.company_id", store=True, precompute=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    currency_id = fields.Many2one(related="register_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Credit",
        index=True,
        ondelete="set null",
        help="The open credit: a journal item on a receivable account. Empty if it was deleted.",
    )
    counterpart_id = fields.Many2one(
        "account.move.line",
        string="Settled By",
        index="btree_not_null",
        ondelete="restrict",
        help="The journal item that settled the credit when it was handed over.",
    )
    document = fields.Char(
        compute="_compute_document",
        store=True,
        help="The number of the document, kept even if the document is deleted.",
    )
    date = fields.Date(compute="_compute_document", store=True)
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        help="What is open of the credit. Once the hand-over is asked for: the amount to hand over.",
    )
    amount_company_currency = fields.Monetary(
        string="In Company Currency",
        compute="_compute_amount",
        store=True,
        currency_field="company_currency_id",
    )

    _unique_credit = models.Constraint(
        "UNIQUE(register_id, move_line_id)", "A credit can be in a dormant credit only once."
    )

    @api.depends("move_line_id")
    def _compute_document(self):
        for line in self:
            line.document = line.move_line_id.move_id.name or line.document
            line.date = line.move_line_id.date or line.date

    # not what is read of the credit: each journal item that anybody books would be looked up here
    @api.depends("move_line_id", "register_id.state")
    def _compute_amount(self):
        """What is open, until somebody asks for the hand-over: from then on it is what was asked for."""
        for line in self:
            if line.register_id.state in CONTACT_STATES:
                line.amount = line._get_open_amount()
                line.amount_company_currency = -line.move_line_id.amount_residual if line.amount else 0.0
            elif line.register_id.state == "closed":
                # what is open again is looked for with another dormant credit
                line.amount = line.amount_company_currency = 0.0
            else:
                line.amount = line.amount
                line.amount_company_currency = line.amount_company_currency

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        mark_in_register(lines.move_line_id)
        return lines

    def action_open_document(self):
        """Open the document that the credit belongs to."""
        return self.move_line_id.action_open_business_doc()

    def _follow_credits(self):
        """Look what is open of the credits by now, and whether they are used up."""
        # as if the credits were new: everything that is read of them is read again
        self.modified(["move_line_id"])

    def _get_open_amount(self):
        """What is open of the credit, positive, in the currency of the register."""
        return self.move_line_id.amount_refund_open if self._is_own() else 0.0

    def _is_own(self):
        """Whether the credit belongs to the client still: a contact may have got another parent."""
        self.ensure_one()
        return self.move_line_id.partner_id.commercial_partner_id == self.register_id.partner_id

    def _filter_unused(self):
        """The lines whose credit is not used up. One that is in dispute for a while is not.

        :return: client.dormant.credit.line
        """
        return self.filtered(
            lambda line: (
                line._is_own()
                and line.move_line_id.parent_state == "posted"
                and not line.move_line_id.reconciled
                and line.move_line_id.move_id.origin_payment_id.state not in BOUNCED_STATES
            )
        )
