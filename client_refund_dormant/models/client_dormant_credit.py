from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

from odoo.addons.client_refund.tools.lists import open_records

from ..tools.mark import mark_in_register

# The client is looked for: amounts follow what is open of the credits, and credits that get old enough join in.
CONTACT_STATES = ("to_contact", "contacting")
OPEN_STATES = (*CONTACT_STATES, "to_approve")


class ClientDormantCredit(models.Model):
    """Old credits of one client, in a company and currency and on a receivable account, and what became of them.

    This file holds the document; the next ones how credits come in (`client_dormant_gather.py`), how the client is
    looked for (`client_dormant_contact.py`), and how the money is handed over to an account for unclaimed money
    (`client_dormant_approval.py`, `client_dormant_hand_over.py`) and back (`client_dormant_undo.py`).
    """

    _name = "client.dormant.credit"
    _description = "Dormant Credit"
    _inherit = [
        "client.refund.terms",
        "client.refund.approval.mixin",
        "client.refund.numbers",
        "client.refund.owner",
    ]
    _order = "id desc"
    _owner_field = "client_dormant_id"
    _check_company_auto = True

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Credits booked on its contacts count too.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    account_id = fields.Many2one(
        "account.account", string="Receivable Account", required=True, readonly=True, check_company=True
    )
    line_ids = fields.One2many("client.dormant.credit.line", "register_id", string="Credits", readonly=True)
    attempt_ids = fields.One2many("client.dormant.attempt", "register_id", string="Attempts", readonly=True)
    move_ids = fields.One2many("account.move", "client_dormant_id", string="Journal Entries", readonly=True)
    move_count = fields.Integer(compute="_compute_move_count")
    date = fields.Date(
        term=True,
        string="Hand-Over Date",
        tracking=True,
        help="The accounting date of the entry that hands the money over. Empty: the day on which it is approved.",
    )
    date_oldest = fields.Date(
        string="Oldest", compute="_compute_amount", store=True, help="The date of the oldest of these credits."
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        tracking=True,
        help="What is open of the credits. Once the hand-over is asked for: the amount to hand over.",
    )
    amount_company_currency = fields.Monetary(
        string="In Company Currency",
        compute="_compute_amount",
        store=True,
        currency_field="company_currency_id",
        help="The amount in the currency of the company, to add up several currencies.",
    )
    attempt_count = fields.Integer(
        string="Attempts Made",
        compute="_compute_attempts",
        help="The number of attempts to reach the client. A corrected attempt counts as corrected. An email that "
        "failed or bounced does not count.",
    )
    last_attempt = fields.Datetime(compute="_compute_attempts")
    state = fields.Selection(
        selection=[
            ("to_contact", "To Contact"),
            ("contacting", "Contacting"),
            ("to_approve", "To Approve"),
            ("handed_over", "Handed Over"),
            ("closed", "Closed"),
        ],
        string="Status",
        required=True,
        default="to_contact",
        compute="_compute_state",
        store=True,
        readonly=True,
        index=True,
        tracking=True,
        help="To contact: nobody has tried to reach the client. Contacting: somebody has. To approve: somebody asked "
        "for the hand-over. Handed over: the money is on the account for unclaimed money. Closed: the credits were "
        "refunded or used otherwise.",
    )
    followed_on = fields.Date(
        readonly=True, copy=False, help="When the scheduler last updated what is open of these credits."
    )
    warning = fields.Text(compute="_compute_warning", help="What to check before the money is handed over.")

    _name_uniq = models.UniqueIndex("(name, company_id)", "A dormant credit with this number already exists.")
    _open_uniq = models.UniqueIndex(
        "(partner_id, company_id, currency_id, account_id) WHERE state IN ('to_contact', 'contacting', 'to_approve')",
        "Somebody else has just entered these credits in the register. Reload the list.",
    )

    # -------------------------------------------------------------------------
    # Computes
    # -------------------------------------------------------------------------

    @api.depends("line_ids.amount", "line_ids.amount_company_currency", "line_ids.date")
    def _compute_amount(self):
        for register in self:
            lines = register.line_ids
            register.amount = sum(lines.mapped("amount"))
            register.amount_company_currency = sum(lines.mapped("amount_company_currency"))
            register.date_oldest = min(
                (lines.filtered("amount") or lines).filtered("date").mapped("date"), default=register.date_oldest
            )

    @api.depends("line_ids.move_line_id")
    def _compute_state(self):
        """A register whose credits are used up, or are another client's by now, is closed; its own methods write the
        rest.
        """
        for register in self:
            if register.line_ids and register.state in OPEN_STATES and not register.line_ids._filter_unused():
                register.state = "closed"
            else:
                register.state = register.state or "to_contact"

    @api.depends("attempt_ids.result", "attempt_ids.correction_ids")
    def _compute_attempts(self):
        for register in self:
            made = register.attempt_ids._filter_made()
            register.attempt_count = len(made)
            register.last_attempt = max(made.mapped("date"), default=False)

    @api.depends("move_ids")
    def _compute_move_count(self):
        for register in self:
            register.move_count = len(register.move_ids)

    @api.depends("state", "attempt_ids.result", "contributor_ids", "line_ids.move_line_id")
    @api.depends_context("uid")
    def _compute_warning(self):
        for register in self:
            register.warning = "\n".join(register._get_warnings()) if register.state in OPEN_STATES else False

    # -------------------------------------------------------------------------
    # Only the register's own methods change it
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_only_terms(vals_list)  # what is refused draws no numbers
        numbers = self._draw_numbers(vals_list)
        registers = super().create([{**vals, "name": number} for vals, number in zip(vals_list, numbers, strict=True)])
        mark_in_register(registers.partner_id)
        return registers

    def _get_not_a_term_message(self, labels):
        return self.env._(
            "%(fields)s of a dormant credit can't be set directly. Use the buttons on it; to enter old credits, choose "
            "Add to Dormant Register in Client Credits.",
            fields=labels,
        )

    def _check_changeable(self):
        self._check_state(*CONTACT_STATES)

    # -------------------------------------------------------------------------
    # Texts
    # -------------------------------------------------------------------------

    def _get_warnings(self):
        """What to look at before the money is handed over.

        :return: list of str
        """
        self.ensure_one()
        warnings = []
        credits = self.line_ids.move_line_id
        if self.attempt_ids._filter_made().filtered(lambda attempt: attempt.result == "reached"):
            warnings.append(self.env._("The client was reached: refund the money instead."))
        if may_bounce := credits.filtered("amount_refund_open")._filter_may_bounce():
            warnings.append(
                self.env._(
                    "%(documents)s: no bank statement confirms this receipt, so the money may not have arrived.",
                    documents=", ".join(may_bounce.move_id.mapped("display_name")),
                )
            )
        invoices = credits._search_open_invoices(self.partner_id, self.company_id, self.currency_id)
        if invoices:
            warnings.append(
                self.env._(
                    "The client owes %(amount)s (%(documents)s): settle that from the credits first.",
                    amount=self._format_amount(sum(invoices.mapped("amount_residual_currency"))),
                    documents=", ".join(invoices.move_id.mapped("display_name")),
                )
            )
        if not self._get_approvers():
            warnings.append(
                self.env._(
                    "Somebody else must approve the hand-over, but nobody else has the right to. An administrator can "
                    "give somebody the right to approve refunds, or raise a limit."
                )
            )
        return warnings

    def _format_amount(self, amount=None):
        """An amount in the register's currency as the user reads it; without one, the register's own."""
        self.ensure_one()
        return format_amount(self.env, self.amount if amount is None else amount, self.currency_id)

    def _name_problem(self, problem):
        """A problem with client, number and amount named."""
        self.ensure_one()
        return self.env._(
            "%(client)s, dormant credit %(register)s of %(amount)s: %(problem)s",
            client=self.partner_id.display_name,
            register=self.name,
            amount=self._format_amount(),
            problem=problem,
        )

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard with the credits of this register ticked: the client turned up.

        :raise UserError: if nothing is open any more, or if it is handed over
        """
        self.ensure_one()
        self._check_state(*OPEN_STATES)
        return self.line_ids.move_line_id.filtered_domain(Domain("amount_refund_open", ">", 0)).action_refund_client()

    def action_open_entries(self):
        """Open the entries by which the money was handed over and taken back."""
        return open_records(
            self.move_ids, self, "client_refund_dormant.action_entry_of_dormant_credit", self.env._("Journal Entries")
        )
