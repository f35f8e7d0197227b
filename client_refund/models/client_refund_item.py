from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero, format_amount

from ..tools.amounts import is_finite
from ..tools.lists import without_owner
from ..tools.workflow import in_workflow


class ClientRefundItem(models.AbstractModel):
    """A journal item that a refund takes something of: a credit, or an open invoice."""

    _name = "client.refund.item"
    _description = "Client Refund Item"
    _inherit = ["client.refund.terms"]
    _rec_name = "move_line_id"
    _check_company_auto = True

    refund_id = fields.Many2one("client.refund", term=True, required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="refund_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    move_line_id = fields.Many2one("account.move.line", term=True, index=True, ondelete="set null")
    move_id = fields.Many2one(related="move_line_id.move_id", related_sudo=False, string="Entry")
    document = fields.Char(
        compute="_compute_document",
        compute_sudo=False,
        store=True,
        help="The number of the document, kept even if the document is deleted.",
    )
    date = fields.Date(related="move_line_id.date", related_sudo=False)
    amount = fields.Monetary(
        term=True,
        required=True,
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("move_line_id")
    def _compute_document(self):
        for item in self:
            item.document = item.move_line_id.move_id.name or item.document

    def _compute_amount(self):
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        self._check_amounts_finite(vals_list)
        items = super().create(vals_list)
        items._check_amounts_kept(vals_list)
        items._check_changeable()
        items.refund_id._reserve()
        items.refund_id._note_change()
        return items

    def write(self, vals):
        is_own = in_workflow(self.refund_id)
        if "refund_id" in vals and not is_own:
            raise UserError(
                self.env._(
                    "Credits and invoices can't be moved from one refund to another. Remove them from the first refund."
                )
            )
        self._check_amounts_finite([vals])
        result = super().write(vals)
        self._check_amounts_kept([vals] * len(self))
        if not is_own:
            self.refund_id._reserve()
            self.refund_id._note_change()
        return result

    def unlink(self):
        refunds = self.refund_id
        result = super().unlink()
        refunds._note_change()
        return result

    def action_open_document(self):
        """Open the document that the journal item belongs to.

        :raise UserError: if it was deleted
        """
        if not self.move_line_id:
            raise UserError(
                self.env._("%(document)s was deleted.", document=self.document or self.env._("The document"))
            )
        return without_owner(self.move_line_id.action_open_business_doc())

    # -------------------------------------------------------------------------
    # What is issued does not change
    # -------------------------------------------------------------------------

    def _get_terms_owner(self, *vals_list):
        return self.refund_id.browse(vals["refund_id"] for vals in vals_list if vals.get("refund_id")) or self.refund_id

    def _check_changeable(self):
        self.refund_id._check_changeable()

    def _get_not_a_term_message(self, labels):
        return self.refund_id._get_not_a_term_message(labels)

    def _check_amounts_finite(self, vals_list):
        for vals in vals_list:
            if not is_finite(vals.get("amount", 0)):
                raise UserError(
                    self.env._(
                        "%(amount)s is not an amount. Give the amount to refund as a number.", amount=vals["amount"]
                    )
                )

    def _check_amounts_kept(self, vals_list):
        """Refuse an amount with more decimals than the currency has: rounded, it would not be what was asked for.

        :raise UserError: names client, document and amount
        """
        for item, vals in zip(self, vals_list, strict=True):
            if "amount" in vals and not float_is_zero(vals["amount"] - item.amount, precision_digits=6):
                raise UserError(
                    self.env._(
                        "%(client)s, %(document)s: %(amount)s has more decimals than %(currency)s. Round it first.",
                        client=item.refund_id.partner_id.display_name,
                        document=item.document,
                        amount=vals["amount"],
                        currency=item.currency_id.name,
                    )
                )

    # -------------------------------------------------------------------------
    # What is wrong with it
    # -------------------------------------------------------------------------

    def _get_problems(self):
        """What is wrong with these items, read after the journal items are locked."""
        return [(item, problem) for item in self if (problem := item._get_refusal())]

    def _name_problem(self, problem):
        """A problem with client, document and amount named."""
        self.ensure_one()
        return self.env._(
            "%(client)s, %(document)s, %(amount)s: %(problem)s",
            client=self.refund_id.partner_id.display_name,
            document=self.document,
            amount=self._format_amount(self.amount),
            problem=problem,
        )

    def _get_refusal(self):
        """What is wrong with this item and what to do about it.

        :return: str, or None where it is right
        """
        self.ensure_one()
        return self._get_mismatch_refusal() or self._get_not_open_refusal() or self._get_amount_refusal()

    def _get_mismatch_refusal(self):
        """Why the journal item does not belong into this refund at all."""
        refund, journal_item = self.refund_id, self.move_line_id
        client = journal_item.partner_id.commercial_partner_id
        if not journal_item:
            return self.env._("the document was deleted or posted again. Leave it out.")
        if journal_item.move_id.state != "posted":
            return self.env._("it is not posted. Post it first, or leave it out.")
        if abs(journal_item.amount_residual_currency) > abs(journal_item.amount_currency):
            return self.env._("its open amount is higher than its original amount. Check its reconciliations first.")
        if client != refund.partner_id:
            return self.env._(
                "it belongs to %(client)s. Refund each client separately.",
                client=client.display_name or self.env._("no client"),
            )
        if refund.company_id not in journal_item.company_id.parent_ids:
            return self.env._(
                "it belongs to company %(company)s. Refund the credits of each company separately.",
                company=journal_item.company_id.display_name,
            )
        if journal_item.currency_id != refund.currency_id:
            return self.env._(
                "it is in %(item_currency)s, but the refund is in %(currency)s. Refund each currency separately.",
                item_currency=journal_item.currency_id.name,
                currency=refund.currency_id.name,
            )
        return None

    def _get_not_open_refusal(self):
        """Why nothing can be taken of the journal item."""
        raise NotImplementedError

    def _get_amount_refusal(self):
        """Why the amount can't be taken of the journal item."""
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            return self.env._("the amount must be positive. Type an amount, or leave it out.")
        return None

    def _format_amount(self, amount):
        return format_amount(self.env, amount, self.currency_id)
