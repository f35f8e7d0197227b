from collections import Counter

from odoo import api, fields, models

from ..tools.problems import raise_problems
from ..tools.workflow import in_workflow


class ClientRefundLine(models.Model):
    """What a refund takes of one credit."""

    _name = "client.refund.line"
    _description = "Client Refund Line"
    _inherit = ["client.refund.item"]
    _order = "refund_id, id"

    move_line_id = fields.Many2one(
        string="Credit",
        help="The open credit: a journal item on a receivable account. Empty if it was deleted before it was paid "
        "out, or after the refund was undone.",
    )
    source_type = fields.Selection(
        selection=lambda self: (
            self.env["account.move.line"]._fields["refund_source_type"]._description_selection(self.env)
        ),
        compute="_compute_source_type",
        compute_sudo=False,
        store=True,
    )
    date = fields.Date(string="Credit Date")
    amount = fields.Monetary(
        help="What the refund takes of this credit, as a positive amount in the currency of the refund. If empty, "
        "all that is refundable.",
    )
    amount_offset = fields.Monetary(
        string="Settles Invoices",
        compute="_compute_amount_offset",
        compute_sudo=False,
        store=True,
        help="The part of the amount that settles open invoices. The rest is paid out.",
    )
    amount_reserved = fields.Monetary(
        string="Reserved",
        compute="_compute_amount_reserved",
        store=True,
        help="What the refund reserves of the credit: the whole amount until the refund is issued, then what is paid "
        "out until the payment is booked.",
    )
    amount_left = fields.Monetary(
        string="Remains",
        readonly=True,
        copy=False,
        help="What was still open of the credit when the refund was booked.",
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
    def _compute_source_type(self):
        for line in self:
            line.source_type = line.move_line_id.refund_source_type or line.source_type

    @api.depends("move_line_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.amount or line.move_line_id.amount_refundable

    @api.depends("amount", "refund_id.line_ids.amount", "refund_id.offset_ids.amount")
    def _compute_amount_offset(self):
        settled = Counter()
        for line, _offset, amount in self.refund_id._get_settlements():
            settled[line] += amount
        for line in self:
            line.amount_offset = settled[line]

    # whether a refund is issued is written; by its state this would follow the payment through the whole ledger
    @api.depends("amount", "amount_offset", "payment_line_id", "refund_id.write_date")
    def _compute_amount_reserved(self):
        for line in self:
            if line.refund_id._is_changeable():
                line.amount_reserved = line.amount
            elif line.refund_id._is_issued() and not line.payment_line_id:
                line.amount_reserved = line._get_amount_paid_out()
            else:
                line.amount_reserved = 0.0

    # -------------------------------------------------------------------------
    # What it pays out
    # -------------------------------------------------------------------------

    def _get_amount_paid_out(self):
        """What of this credit is paid out, positive, in the currency of the refund."""
        self.ensure_one()
        return self.currency_id.round(self.amount - self.amount_offset)

    def _get_amount_asked(self):
        """What was to be taken of this credit, whatever has become of it since."""
        return self.amount

    def _filter_paid_out(self):
        """The lines of which something is paid out: the others only settle invoices."""
        return self.filtered(lambda line: line.currency_id.compare_amounts(line.amount, line.amount_offset))

    def _filter_booked(self):
        """The lines whose payment is in the ledger."""
        return self.filtered("payment_line_id")

    def _get_payment_key(self):
        """What the lines that one payment pays have in common."""
        self.ensure_one()
        return (self.move_line_id.account_id,)

    def _is_settled_exactly(self):
        """Whether what is paid out is settled in full, by the line's credit (and its exchange difference) alone."""
        self.ensure_one()
        item = self.payment_line_id
        if not self._filter_paid_out():
            return not item
        partials = item.matched_credit_ids
        others = partials.credit_move_id - self.move_line_id
        return (
            item.reconciled
            and not self.currency_id.compare_amounts(item.amount_currency, self._get_amount_paid_out())
            and self.move_line_id in partials.credit_move_id
            and others.move_id <= partials.exchange_move_id
        )

    # -------------------------------------------------------------------------
    # What it holds
    # -------------------------------------------------------------------------

    def _check_not_issued(self):
        """Refuse to take away the document of a credit that is paid out.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        issued = self.filtered(lambda line: line.refund_id._is_issued() and line.amount)
        raise_problems(
            (
                line,
                self.env._(
                    "it was refunded with %(refund)s. Undo the refund first, then change the document.",
                    refund=line.refund_id.name,
                ),
            )
            for line in issued
        )

    def _may_have_left(self):
        """Whether the money of this may have left, although it was taken back."""
        self.ensure_one()
        return self.refund_id._may_have_left()

    def _filter_held_by_others(self):
        """Those of these lines that hold something for a refund that is issued, other than whose methods ask."""
        return self.filtered(lambda line: line.refund_id._is_issued() and not in_workflow(line.refund_id))

    def _get_overdrawn_credits(self):
        """The credits of which these lines hold more than is open.

        :return: account.move.line
        """
        return self.env["account.move.line"].union(
            *(
                credit
                for credit, lines in self.grouped("move_line_id").items()
                if credit.currency_id.compare_amounts(
                    -credit.amount_residual_currency, sum(lines.mapped("amount_reserved"))
                )
                < 0
            )
        )

    def _refuse_other_use(self):
        """Refuse to use up what these lines of issued refunds hold: their money may be on its way.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        raise_problems(
            (
                credit,
                self.env._(
                    "%(client)s: %(refund)s pays out %(amount)s of %(document)s, so it can't be paid or reconciled "
                    "with anything else. If the money has not left, undo the refund first.",
                    client=credit.partner_id.display_name,
                    refund=", ".join(lines.refund_id.mapped("name")),
                    amount=lines[0]._format_amount(sum(lines.mapped("amount_reserved"))),
                    document=credit.move_id.display_name,
                ),
            )
            for credit, lines in self.grouped("move_line_id").items()
        )

    # -------------------------------------------------------------------------
    # What is wrong with it
    # -------------------------------------------------------------------------

    def _get_problems(self):
        self.move_line_id._get_refund_sources()  # read for all lines at once
        return super()._get_problems()

    def _get_not_open_refusal(self):
        credit = self.move_line_id
        if accounts := credit._get_refused_accounts(self._get_asker()).get(credit):
            return self._get_excluded_refusal(accounts)
        return None if credit.amount_refund_open else credit._get_not_open_reason()

    def _get_asker(self):
        """Who asks for what this line takes: of a draft, whoever goes on with it."""
        refund = self.refund_id
        return refund.user_id if refund.state == "to_approve" else self.env.user

    def _get_excluded_refusal(self, accounts):
        account = ", ".join(accounts.mapped("display_name"))
        if self.move_line_id.account_id in accounts:
            return self.env._(
                "account %(account)s is never refunded, according to the settings of the company. Leave it out.",
                account=account,
            )
        return self.env._(
            "a journal entry moved this from account %(account)s, which is never refunded. Leave it out, or ask an "
            "administrator of refunds to refund it.",
            account=account,
        )

    def _get_amount_refusal(self):
        if problem := super()._get_amount_refusal():
            return problem
        credit = self.move_line_id
        if self.currency_id.compare_amounts(credit.amount_refund_reserved, credit.amount_refund_open) > 0:
            return self._get_not_enough_message()
        return None

    def _get_not_enough_message(self):
        credit = self.move_line_id
        others = (credit._get_refund_reservations() - self).refund_id
        held = credit.amount_refund_reserved - self.amount_reserved
        if not others:
            return self.env._(
                "only %(open)s is open. Refund at most that.",
                open=self._format_amount(credit.amount_refund_open),
            )
        return self.env._(
            "%(open)s is open, and %(others)s reserves %(reserved)s of it. Refund at most %(left)s, or %(release)s "
            "first.",
            open=self._format_amount(credit.amount_refund_open),
            others=others._join_names(),
            reserved=self._format_amount(held),
            left=self._format_amount(max(credit.amount_refund_open - held, 0.0)),
            release=others._get_release_text(),
        )
