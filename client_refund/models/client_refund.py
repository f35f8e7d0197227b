from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..tools.lists import open_records, without_owner
from ..tools.problems import raise_problems
from ..tools.workflow import in_workflow
from ..tools.writes import keeping_roundings
from .client_refund_numbers import is_numbered_later

# Nothing is issued: the refund can still be changed.
CHANGEABLE_STATES = ("draft", "to_approve")
ISSUED_STATES = ("in_process", "paid")


class ClientRefund(models.Model):
    """One client, company and currency: credits in, money out.

    This file holds the document; the next ones how it is asked for and approved (`client_refund_approval.py`), issued
    (`client_refund_posting.py`), taken back (`client_refund_undoing.py`, `client_refund_returning.py`), and asked for
    by programs (`client_refund_api.py`).
    """

    _name = "client.refund"
    _description = "Client Refund"
    _inherit = [
        "client.refund.terms",
        "client.refund.approval.mixin",
        "client.refund.mixin",
        "client.refund.notice.content",
        "client.refund.numbers",
        "client.refund.owner",
    ]
    _order = "date desc, id desc"
    _owner_field = "client_refund_id"

    name = fields.Char(
        string="Number",
        readonly=True,
        copy=False,
        help="Assigned after all checks, so that a refused refund uses up no number.",
    )
    partner_id = fields.Many2one(term=True, required=True, index=True, tracking=True)
    company_id = fields.Many2one(term=True, index=True)
    currency_id = fields.Many2one(
        term=True,
        required=True,
        compute="_compute_currency_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(term=True, tracking=True)
    journal_id = fields.Many2one(term=True, tracking=True)
    payment_method_line_id = fields.Many2one(term=True, tracking=True)
    partner_bank_id = fields.Many2one(term=True, tracking=True, index="btree_not_null")
    reason_id = fields.Many2one(term=True)
    memo = fields.Char(term=True)
    send_notice = fields.Boolean(term=True)
    balance_before = fields.Monetary(
        readonly=True,
        copy=False,
        help="What the client owed in this currency, less what the client was owed, before the refund was issued.",
    )
    balance_after = fields.Monetary(
        readonly=True,
        copy=False,
        help="What the client owed in this currency, less what the client was owed, after the refund was issued.",
    )
    issued_on = fields.Datetime(
        readonly=True, copy=False, help="When the refund was issued. A payment order books its payment later."
    )
    booked_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the payment was booked. Empty for refunds that were booked before this date was recorded.",
    )
    returned_on = fields.Date(string="Returned by Bank", readonly=True, copy=False)
    cancel_reason = fields.Char(
        readonly=True, copy=False, help="Why the refund was rejected, undone or returned by the bank."
    )
    external_reference = fields.Char(
        term=True,
        copy=False,
        help="The key of the program that asked for this refund. A second call with the same key returns the same "
        "refund.",
    )
    line_ids = fields.One2many("client.refund.line", "refund_id", term=True, string="Credits", copy=False)
    offset_ids = fields.One2many("client.refund.offset", "refund_id", term=True, string="Settled Invoices", copy=False)
    payment_ids = fields.One2many("account.payment", "client_refund_id", string="Payments", readonly=True, copy=False)
    payment_count = fields.Integer(compute="_compute_counts")
    document_count = fields.Integer(compute="_compute_counts")
    amount_credit = fields.Monetary(
        string="Credits Total",
        compute="_compute_amount",
        store=True,
        help="What the refund takes of the credits.",
    )
    amount_offset = fields.Monetary(
        string="Settled",
        compute="_compute_amount",
        store=True,
        help="The part of the credits that settles open invoices before money is paid out.",
    )
    amount = fields.Monetary(
        string="Refund Amount",
        compute="_compute_amount",
        store=True,
        tracking=True,
        help="What is paid out to the client.",
    )
    amount_company_currency = fields.Monetary(
        string="Amount in Company Currency",
        compute="_compute_amount_company_currency",
        store=True,
        currency_field="company_currency_id",
        help="What is paid out, converted at the refund's date, to add up refunds in several currencies.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("to_approve", "To Approve"),
            ("in_process", "In Process"),
            ("paid", "Paid"),
            ("canceled", "Canceled"),
        ],
        string="Status",
        required=True,
        default="draft",
        compute="_compute_state",
        store=True,
        readonly=True,
        copy=False,
        index=True,
        help="Draft: reserves the credits. To approve: reserves them and waits for approval. In process: the payment "
        "is issued; the credits stay reserved until it is booked. Paid: the bank or a user has confirmed that the "
        "money has left. Canceled: reserves nothing.",
    )

    _name_uniq = models.UniqueIndex("(name, company_id)", "A refund with this number already exists.")
    _external_reference_uniq = models.UniqueIndex(
        "(company_id, external_reference) WHERE external_reference IS NOT NULL",
        "A refund with this external reference already exists in the company.",
    )

    # -------------------------------------------------------------------------
    # Computes
    # -------------------------------------------------------------------------

    @api.depends("line_ids.move_line_id")
    def _compute_currency_id(self):
        for refund in self:
            refund.currency_id = (
                refund.currency_id or refund.line_ids.move_line_id.currency_id[:1] or refund.company_id.currency_id
            )

    @api.depends("line_ids.amount", "offset_ids.amount")
    def _compute_amount(self):
        for refund in self:
            refund.amount_credit = sum(refund.line_ids.mapped("amount"))
            refund.amount_offset = sum(refund.offset_ids.mapped("amount"))
            refund.amount = refund.amount_credit - refund.amount_offset

    @api.depends("amount", "currency_id", "company_id", "date", "payment_ids.state")
    def _compute_amount_company_currency(self):
        for refund in self:
            if payments := refund._get_outgoing_payments():
                refund.amount_company_currency = -sum(payments.mapped("amount_company_currency_signed"))
            else:
                refund.amount_company_currency = refund.currency_id._convert(
                    refund.amount, refund.company_currency_id, refund.company_id, refund.date
                )

    @api.depends("payment_ids.state", "marked_paid_on")
    def _compute_state(self):
        """An issued refund follows its payments; everything else is written by the refund's methods."""
        for refund in self:
            if refund._is_issued():
                refund.state = "paid" if refund._is_paid() else "in_process"
            else:
                refund.state = refund.state or "draft"

    @api.depends("payment_ids", "line_ids.move_id")
    def _compute_counts(self):
        for refund in self:
            refund.payment_count = len(refund.payment_ids)
            refund.document_count = len(refund.line_ids.move_id)

    # -------------------------------------------------------------------------
    # Create and write: only drafts change, and only their terms
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Make draft refunds, which reserve their credits.

        :param vals_list: list of dict with `partner_id` (a contact gives its commercial partner) and `line_ids`
            (commands with `move_line_id` and, if not all of it, `amount`); all else has defaults
        :return: client.refund
        :raise UserError: names what is wrong with any of them; then none is made
        """
        later = is_numbered_later(self.env)
        partners = self.env["res.partner"].browse([vals.get("partner_id") for vals in vals_list])
        with keeping_roundings(self.env):
            refunds = super().create(
                [
                    {
                        **vals,
                        "partner_id": partner._get_refund_client().id,
                        "external_reference": vals.get("external_reference") or False,
                    }
                    for vals, partner in zip(vals_list, partners, strict=True)
                ]
            )
        refunds._check_drafted()
        if not later:
            refunds._number()
        return refunds

    def write(self, vals):
        if not self._get_terms_fields() & vals.keys() or in_workflow(self):
            return super().write(vals)
        if vals.get("partner_id"):
            vals = {**vals, "partner_id": self.env["res.partner"].browse(vals["partner_id"])._get_refund_client().id}
        waiting = self._return_to_draft()
        result = super().write(vals)
        if {"partner_id", "company_id", "currency_id", "line_ids", "offset_ids"} & vals.keys():
            self._reserve()
            self._check_drafted()
        self._add_contributor()
        waiting._ask_again()
        return result

    def copy_data(self, default=None):
        raise UserError(
            self.env._("A refund can't be duplicated: its credits are used up. Choose Refund a Client instead.")
        )

    @api.model
    def _get_not_a_term_message(self, labels):
        return self.env._(
            "%(fields)s of a refund can't be set directly. Use Refund a Client, Refund and Undo.", fields=labels
        )

    def _check_drafted(self):
        """:raise UserError: with all that is wrong with all of these, where they can't be drafts"""
        raise_problems(
            (refund.browse(), refund._get_nothing_chosen_message()) for refund in self if not refund.line_ids
        )

    def _check_changeable(self):
        """:raise UserError: names the refunds that are issued or canceled"""
        raise_problems((refund, refund._get_unchangeable_message()) for refund in self if not refund._is_changeable())

    def _get_unchangeable_message(self):
        if self._is_issued():
            return self.env._(
                "it is %(state)s and can't be changed any more. If it is wrong, undo it and create a new one.",
                state=self._get_state_label(),
            )
        return self.env._("it is canceled and can't be changed any more. Choose Refund Again to create a new one.")

    def _check_free(self):
        """Refuse to work on refunds that are in other hands; who takes refunds in hand says so here.

        :raise UserError: names the refunds and who has them
        """

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_edit(self):
        """Open the wizard on this refund, to change it.

        :raise UserError: if it is issued or canceled
        """
        self.ensure_one()
        self._check_changeable()
        return self.env["client.refund.wizard"]._open(self._prepare_wizard_vals())

    def _prepare_wizard_vals(self):
        """The values of the wizard that changes this refund."""
        return self._prepare_again_vals() | {"refund_id": self.id, "date": self.date}

    def action_refund_again(self):
        """Open the wizard on what this refund was to pay, as far as it is open still."""
        self.ensure_one()
        return self.env["client.refund.wizard"]._open(self._prepare_again_vals() | {"again_id": self.id})

    def _prepare_again_vals(self):
        """The values of a wizard for the same client, credits and payment."""
        return (
            {name: self[name].id for name in ("company_id", "partner_id", "currency_id", "journal_id")}
            | {name: self[name].id for name in ("payment_method_line_id", "partner_bank_id", "reason_id")}
            | {"memo": self.memo, "send_notice": self.send_notice}
            | {"credit_ids": [Command.set(self.line_ids.move_line_id.ids)]}
        )

    def action_open_payments(self):
        """Open the payments of these refunds."""
        return open_records(self.payment_ids, self, "client_refund.action_payment_of_refund", self.env._("Payments"))

    def action_open_documents(self):
        """Open the entries whose credits these refunds take."""
        documents = self.line_ids.move_id
        if len(documents) == 1:
            return without_owner(documents.line_ids[:1].action_open_business_doc())
        return open_records(
            documents, self, "client_refund.action_document_of_refund", self.env._("Refunded Documents")
        )

    # -------------------------------------------------------------------------
    # What it is, in code and for people to read
    # -------------------------------------------------------------------------

    def _get_own_refund(self):
        return self

    def _get_refund_credits(self):
        return self.line_ids.move_line_id

    def _get_standing_payments(self):
        """The payments of this refund that were not taken back."""
        return self.payment_ids.filtered(lambda payment: payment.state != "canceled")

    def _get_outgoing_payments(self):
        """The payments by which the money leaves; what comes back when the bank returns one is another payment."""
        return self._get_standing_payments().filtered(lambda payment: payment.payment_type == "outbound")

    def _is_changeable(self):
        return self.state in CHANGEABLE_STATES

    def _is_issued(self):
        return self.state in ISSUED_STATES

    def _is_waiting_to_pay(self):
        """Whether the refund is issued and its money is not booked yet: it still holds its credits."""
        return self._is_issued() and self.line_ids._filter_paid_out() != self.line_ids._filter_booked()

    def _format_amount(self, amount=None):
        """An amount in the refund's currency as the user reads it; without one, the refund's own."""
        self.ensure_one()
        return format_amount(self.env, self.amount if amount is None else amount, self.currency_id)

    def _join_names(self):
        """The numbers of these refunds; one that is being made has none yet."""
        return ", ".join(refund.name or refund.env._("a new refund") for refund in self)

    def _get_release_text(self):
        """How these refunds set free what they hold, within a sentence: each state has a button of its own.

        :return: str, such as "discard CR/2026/00001"
        """
        by_state = self.grouped(lambda refund: refund.state if refund._is_changeable() else "issued")
        texts = {
            "draft": lambda refunds: self.env._("discard %(refunds)s", refunds=refunds),
            "to_approve": lambda refunds: self.env._("withdraw %(refunds)s", refunds=refunds),
            "issued": lambda refunds: self.env._("undo %(refunds)s", refunds=refunds),
        }
        return ", ".join(texts[state](refunds._join_names()) for state, refunds in by_state.items())
