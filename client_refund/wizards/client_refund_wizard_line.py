from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.account_move_line_held import HELD_BACK


class ClientRefundWizardLine(models.TransientModel):
    """An open credit that the clerk may tick."""

    _name = "client.refund.wizard.line"
    _description = "Credit to Refund"
    _inherit = ["client.refund.wizard.item"]

    move_line_id = fields.Many2one(string="Credit")
    selected = fields.Boolean(string="Refund")
    date = fields.Date(related="move_line_id.date", related_sudo=False)
    source_type = fields.Selection(related="move_line_id.refund_source_type", related_sudo=False)
    age = fields.Integer(string="Age (days)", compute="_compute_age", help="Days from the credit to the refund's date.")
    amount_original = fields.Monetary(
        string="Original", compute="_compute_amounts", help="The amount of the credit when it was booked."
    )
    amount_open = fields.Monetary(string="Open", compute="_compute_amount_open")
    amount_reserved = fields.Monetary(
        string="Reserved",
        compute="_compute_amounts",
        help="What other refunds reserve of this credit.",
    )
    reserved_by = fields.Char(compute="_compute_amounts")
    amount_available = fields.Monetary(compute="_compute_amounts", help="Open, less what other refunds reserve.")
    held_back = fields.Selection(
        selection=HELD_BACK,
        compute="_compute_held_back",
        help="Why this credit is not ticked automatically. Blocked: its client or document is blocked. Never "
        "refunded: it is on an account that is excluded in the settings of the company, or comes from one. Reserved: "
        "other refunds reserve all of it. May bounce: a receipt that the bank has not confirmed, or within the hold "
        "days of its journal.",
    )
    amount = fields.Monetary()
    amount_offset = fields.Monetary(
        string="Settles",
        compute="_compute_amount_offset",
        help="The part of the amount that settles the ticked open invoices. The rest is paid out.",
    )

    @api.depends("move_line_id", "wizard_id.date")
    def _compute_age(self):
        for line in self:
            today = line.wizard_id.date or fields.Date.context_today(line)
            line.age = max((today - line.move_line_id.date).days, 0) if line.move_line_id.date else 0

    # without what else is worked out with the item's own field
    @api.depends("move_line_id.amount_refund_open")
    def _compute_amount_open(self):
        open_credits = self.move_line_id._origin._filter_open_credits()
        for line in self:
            credit = line.move_line_id._origin
            line.amount_open = -credit.amount_residual_currency if credit in open_credits else 0.0

    @api.depends("move_line_id", "wizard_id.refund_id")
    def _compute_amounts(self):
        reserved = self.move_line_id._get_refund_reservations().grouped("move_line_id")
        refused = self.move_line_id._origin._get_refused_accounts(self.env.user)
        # what is nothing is set for all at once: one by one, it would take most of the time
        self.amount_reserved, self.reserved_by = 0.0, ""
        for line in self:
            if line.move_line_id in reserved:
                others = reserved[line.move_line_id].filtered(
                    lambda reservation, own_refund=line.wizard_id.refund_id: reservation.refund_id != own_refund
                )
                line.amount_reserved = sum(others.mapped("amount_reserved"))
                line.reserved_by = others.refund_id._join_names()
            line.amount_original = -line.move_line_id.amount_currency
            is_refused = line.move_line_id._origin in refused
            line.amount_available = 0.0 if is_refused else line.amount_open - line.amount_reserved

    # the draft that a wizard changes never becomes another one: named here, what is known already would be forgotten
    @api.depends("move_line_id")
    def _compute_held_back(self):
        for wizard, lines in self.grouped("wizard_id").items():
            held_back = wizard._get_held_back(lines.move_line_id._origin)
            by_code = lines.grouped(lambda line, held_back=held_back: held_back.get(line.move_line_id._origin))
            for code, group in by_code.items():
                group.held_back = code

    @api.depends(
        "selected",
        "amount",
        "wizard_id.line_ids.selected",
        "wizard_id.offset_ids.selected",
        "wizard_id.offset_ids.amount",
    )
    def _compute_amount_offset(self):
        settled = Counter()
        for wizard in self.wizard_id:
            for line, _offset, amount in wizard._get_settlements():
                settled[line] += amount
        self.amount_offset = 0.0
        for line in self if settled else ():
            line.amount_offset = settled[line]

    @api.model
    def _insert(self, wizard, vals_list):
        """Store the lines of a wizard: created by the ORM, a thousand take a third of the time in which it opens.

        :param wizard: client.refund.wizard, stored and without lines
        :param vals_list: list of dict, with amounts as the ledger has them
        """
        if not vals_list:
            return
        self.check_access("create")
        [defaults] = self._prepare_create_values([{"wizard_id": wizard.id}])
        columns = {name: field for name, field in self._fields.items() if field.column_type and field.store}
        columns.pop("id")
        row = {name: field.convert_to_column_insert(defaults.get(name), self) for name, field in columns.items()}
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s",
                SQL.identifier(self._table),
                SQL(", ").join(map(SQL.identifier, row)),
                SQL(", ").join(tuple(vals.get(name, default) for name, default in row.items()) for vals in vals_list),
            )
        )
        wizard.invalidate_recordset(["line_ids"])

    def _prepare_refund_line_vals(self):
        """The values of the refund's line."""
        self.ensure_one()
        return {"move_line_id": self.move_line_id.id, "amount": self.amount}
