from math import isfinite

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero, format_amount

from .client_refund_problems import raise_problems
from .client_refund_workflow import in_workflow, with_neutral_context


def is_finite(amount):
    """Whether this, from a program perhaps, is a number that can be an amount."""
    return isinstance(amount, int | float) and not isinstance(amount, bool) and isfinite(amount)


class ClientRefundLine(models.Model):
    """What a refund takes of one credit."""

    _name = "client.refund.line"
    _description = "Client Refund Line"
    _order = "refund_id, id"
    _rec_name = "move_line_id"
    _check_company_auto = True

    refund_id = fields.Many2one("client.refund", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="refund_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Credit",
        index=True,
        ondelete="set null",
        check_company=True,
        help="The open credit: a journal item on a receivable account. Empty where it was deleted before it was paid "
        "out, or after the refund was undone.",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", related_sudo=False, string="Entry")
    document = fields.Char(
        compute="_compute_document",
        compute_sudo=False,
        store=True,
        help="The number of the credit's document, kept also where the document is deleted.",
    )
    source_type = fields.Selection(
        selection=lambda self: self.env["account.move.line"]._fields["refund_source_type"].selection,
        compute="_compute_source_type",
        compute_sudo=False,
        store=True,
        help="Where the credit comes from.",
    )
    date = fields.Date(related="move_line_id.date", related_sudo=False, string="Credit Date")
    amount = fields.Monetary(
        required=True,
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="What the refund takes of this credit, positive, in the currency of the refund. "
        "Without an amount, all that is refundable.",
    )
    payment_line_id = fields.Many2one(
        "account.move.line",
        string="Settled By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The payment's journal item that settled the credit.",
    )

    _unique_credit = models.Constraint(
        "UNIQUE(refund_id, move_line_id)",
        "A credit can be chosen only once in a refund: change the amount of its line instead.",
    )

    @api.depends("move_line_id")
    def _compute_document(self):
        for line in self:
            line.document = line.move_line_id.move_id.name or line.document

    @api.depends("move_line_id")
    def _compute_source_type(self):
        for line in self:
            line.source_type = line.move_line_id.refund_source_type or line.source_type

    @api.depends("move_line_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.amount or line.move_line_id.amount_refundable

    # -------------------------------------------------------------------------
    # Only drafts change
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_written_fields(*vals_list)
        lines = super(ClientRefundLine, with_neutral_context(self)).create(vals_list)
        lines._check_amounts_kept(vals_list)
        lines.refund_id._check_is_draft()
        lines.refund_id._reserve()
        return lines

    def write(self, vals):
        self._check_written_fields(vals)
        self._check_refund_is_draft()
        result = super().write(vals)
        self._check_amounts_kept([vals] * len(self))
        self._check_refund_is_draft()
        if not in_workflow(self.env):
            self.refund_id._reserve()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_of_drafts(self):
        self._check_refund_is_draft()

    def _check_written_fields(self, *vals_list):
        self.env["client.refund"]._refuse_fields(self, vals_list, {"refund_id", "move_line_id", "amount"})
        for vals in vals_list:
            if not is_finite(vals.get("amount", 0)):
                raise UserError(
                    self.env._("%(amount)s is no amount. Give the amount to refund as a number.", amount=vals["amount"])
                )

    def _check_amounts_kept(self, vals_list):
        """Refuse an amount with more decimals than the currency has: rounded, it would not be what was asked for.

        :raise UserError: names client, document and amount
        """
        for line, vals in zip(self, vals_list, strict=True):
            if "amount" in vals and not float_is_zero(vals["amount"] - line.amount, precision_digits=6):
                raise UserError(
                    self.env._(
                        "%(client)s, %(document)s: %(amount)s has more decimals than %(currency)s. Round it first.",
                        client=line.refund_id.partner_id.display_name,
                        document=line.document,
                        amount=vals["amount"],
                        currency=line.currency_id.name,
                    )
                )

    def _check_refund_is_draft(self):
        if not in_workflow(self.env):
            self.refund_id._check_is_draft()

    def _check_not_issued(self):
        """Refuse to take away the document of a credit that was paid out.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        issued = self.filtered(lambda line: line.refund_id._is_issued())
        raise_problems(
            self.env._(
                "%(client)s: %(document)s was refunded with %(refund)s (%(amount)s). "
                "Undo the refund first, then change the document.",
                client=line.refund_id.partner_id.display_name,
                document=line.document,
                refund=line.refund_id.name,
                amount=line._format_amount(line.amount),
            )
            for line in issued
        )

    # -------------------------------------------------------------------------
    # What is wrong with it
    # -------------------------------------------------------------------------

    def _get_problems(self):
        """Why these credits can't be refunded as the lines say, read after the credits are locked.

        :return: list of str, one for each line that is wrong, naming client, document and amount
        """
        return [
            self.env._(
                "%(client)s, %(document)s, %(amount)s: %(problem)s",
                client=line.refund_id.partner_id.display_name,
                document=line.document,
                amount=line._format_amount(line.amount),
                problem=problem,
            )
            for line in self
            if (problem := line._get_problem())
        ]

    def _get_problem(self):
        """What is wrong with this line and what to do about it.

        :return: str, or None where the line is right
        """
        self.ensure_one()
        refund, credit = self.refund_id, self.move_line_id
        client = credit.partner_id.commercial_partner_id
        if not credit:
            return self.env._("the document was deleted or booked anew. Leave it out.")
        if client != refund.partner_id:
            return self.env._(
                "the credit belongs to %(client)s. Refund each client on its own.",
                client=client.display_name or self.env._("no client"),
            )
        if credit.company_id != refund.company_id:
            return self.env._(
                "the credit belongs to company %(company)s. Refund each company's credits on their own.",
                company=credit.company_id.display_name,
            )
        if credit.currency_id != refund.currency_id:
            return self.env._(
                "the credit is in %(credit_currency)s, the refund in %(currency)s. Refund each currency on its own.",
                credit_currency=credit.currency_id.name,
                currency=refund.currency_id.name,
            )
        if refund.currency_id.compare_amounts(self.amount, 0) <= 0:
            return self.env._("the amount must be positive. Type what to refund, or leave the credit out.")
        if not credit.amount_refund_open:
            return credit._get_not_open_reason()
        if refund.currency_id.compare_amounts(credit.amount_refund_reserved, credit.amount_refund_open) > 0:
            return self._get_not_enough_message()
        return None

    def _get_not_enough_message(self):
        credit = self.move_line_id
        others = (credit._get_refund_reservations() - self).refund_id
        if not others:
            return self.env._(
                "only %(open)s is open. Refund at most that.",
                open=self._format_amount(credit.amount_refund_open),
            )
        return self.env._(
            "%(open)s is open, and %(others)s holds %(reserved)s of it. "
            "Refund at most %(left)s, or undo %(others)s first.",
            open=self._format_amount(credit.amount_refund_open),
            others=", ".join(others.mapped("name")),
            reserved=self._format_amount(credit.amount_refund_reserved - self.amount),
            left=self._format_amount(max(credit.amount_refund_open - credit.amount_refund_reserved + self.amount, 0.0)),
        )

    def _is_settled_exactly(self):
        """Whether the payment item is settled in full, by the line's credit (and its exchange difference) alone."""
        self.ensure_one()
        item = self.payment_line_id
        partials = item.matched_credit_ids
        others = partials.credit_move_id - self.move_line_id
        return (
            item.reconciled
            and not self.currency_id.compare_amounts(item.amount_currency, self.amount)
            and self.move_line_id in partials.credit_move_id
            and others.move_id <= partials.exchange_move_id
        )

    def _format_amount(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def action_open_document(self):
        """Open the document that the credit comes from.

        :return: an action dictionary
        """
        return self.move_line_id.action_open_business_doc()
