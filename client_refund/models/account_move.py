from odoo import api, fields, models
from odoo.exceptions import UserError

from .client_refund_workflow import in_workflow


class AccountMove(models.Model):
    _inherit = "account.move"

    client_refund_count = fields.Integer(
        compute="_compute_client_refund_count",
        compute_sudo=True,  # a number for whoever may read the entry
        help="How many refunds hold or have paid out credits of this entry.",
    )
    has_refundable_credit = fields.Boolean(
        compute="_compute_has_refundable_credit",
        help="Whether something of this entry can be refunded to the client.",
    )

    @api.depends("line_ids.client_refund_line_ids")
    def _compute_client_refund_count(self):
        for move in self:
            move.client_refund_count = len(move.line_ids.client_refund_line_ids.refund_id)

    @api.depends("line_ids.amount_refundable")
    def _compute_has_refundable_credit(self):
        for move in self:
            move.has_refundable_credit = any(line.amount_refundable > 0 for line in move.line_ids)

    # -------------------------------------------------------------------------
    # One owner
    # -------------------------------------------------------------------------

    def write(self, vals):
        if vals.get("state") in ("draft", "cancel"):
            self._check_not_owned_by_refund()
            self._check_not_refunded()
        return super().write(vals)

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def _check_not_owned_by_refund(self):
        """Refuse to touch the entry of a refund's payment, or the entry that reverses it.

        :raise UserError: names the refund and points to Undo
        """
        if in_workflow(self.env):
            return
        # a user without rights on refunds is refused like everybody else
        (self.origin_payment_id | self.reversed_entry_id.origin_payment_id).sudo()._check_not_owned_by_refund()

    def _check_not_refunded(self):
        """Refuse to reopen a document whose credit has been paid out.

        :raise UserError: names document and refund and points to Undo
        """
        # a user without rights on refunds is refused like everybody else
        refund_lines = self.sudo().line_ids.client_refund_line_ids.filtered(lambda line: line.refund_id._is_issued())
        if refund_lines:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(client)s: %(document)s was refunded with %(refund)s (%(amount)s). "
                        "Undo the refund first, then change the document.",
                        client=line.refund_id.partner_id.display_name,
                        document=line.move_line_id.move_id.display_name,
                        refund=line.refund_id.name,
                        amount=line._format_amount(line.amount),
                    )
                    for line in refund_lines
                )
            )

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard with the open credits of these entries ticked.

        :return: an action dictionary
        :raise UserError: if nothing is open, or not of one client, company and currency
        """
        credits = self.line_ids._filter_open_credits()
        if not credits:
            raise UserError(
                self.env._(
                    "%(documents)s: nothing is open to refund. It may be reconciled or not posted.",
                    documents=", ".join(self.mapped("display_name")),
                )
            )
        return credits.action_refund_client()

    def action_open_client_refunds(self):
        """Open the refunds that hold or have paid out credits of this entry.

        :return: an action dictionary
        """
        return self.line_ids.client_refund_line_ids.refund_id._get_records_action(name=self.env._("Client Refunds"))
