from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

SOURCE_DOMAINS = {
    "credit_note": Domain("move_id.move_type", "=", "out_refund"),
    "payment": Domain("move_id.move_type", "!=", "out_refund") & Domain("move_id.origin_payment_id", "!=", False),
    "bank": Domain("move_id.move_type", "!=", "out_refund")
    & Domain("move_id.origin_payment_id", "=", False)
    & Domain("move_id.statement_line_id", "!=", False),
    "entry": Domain("move_id.move_type", "!=", "out_refund")
    & Domain("move_id.origin_payment_id", "=", False)
    & Domain("move_id.statement_line_id", "=", False),
}


class ClientRefundRunCriteria(models.Model):
    """Which credits a run takes."""

    _inherit = "client.refund.run"  # pylint: disable=consider-merging-classes-inherited

    minimum_ids = fields.One2many(
        "client.refund.run.minimum",
        "run_id",
        term=True,
        string="Minimum Amounts",
        copy=True,
        help="Clients who would get less are left out. A currency that is not listed has no minimum.",
    )
    age_days = fields.Integer(
        term=True, string="At Least (days)", help="Only credits that are at least this old on the date of the run."
    )
    date_from = fields.Date(term=True, string="Credits From", help="Only credits of this date or later.")
    date_to = fields.Date(term=True, string="Credits To", help="Only credits of this date or earlier.")
    # A criterion that went away, or out of sight, would let the run take more than what was asked for.
    category_ids = fields.Many2many(
        "res.partner.category",
        term=True,
        string="Client Tags",
        ondelete="restrict",
        context={"active_test": False},
        help="Only clients with one of these tags. None: all clients.",
    )
    credit_journal_ids = fields.Many2many(
        "account.journal",
        term=True,
        string="Booked In",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Only credits that were booked in one of these journals. None: all journals.",
    )
    source_credit_note = fields.Boolean(term=True, string="Credit Notes", default=True)
    source_payment = fields.Boolean(term=True, string="Payments", default=True)
    source_bank = fields.Boolean(term=True, string="Bank Receipts", default=True)
    source_entry = fields.Boolean(term=True, string="Journal Entries", default=True)
    owing_policy = fields.Selection(
        term=True,
        selection=[
            ("skip", "Leave them out"),
            ("offset", "Settle what they owe first"),
            ("ignore", "Refund them anyway"),
        ],
        string="Clients Who Also Owe",
        required=True,
        default="skip",
        help="What happens with clients who have open invoices too.",
    )
    move_line_ids = fields.Many2many(
        "account.move.line",
        term=True,
        relation="client_refund_run_move_line_rel",
        column1="run_id",
        column2="move_line_id",
        string="Chosen Credits",
        help="Only these credits, which were chosen in the worklist.",
    )
    only_chosen = fields.Boolean(
        string="Only Chosen Credits",
        compute="_compute_only_chosen",
        store=True,
        help="Only the chosen credits are taken, also if nothing is left of them.",
    )
    chosen_count = fields.Integer(compute="_compute_chosen_count")

    _age_positive = models.Constraint("CHECK(age_days >= 0)", "The age of credits can't be negative.")
    _dates_in_order = models.Constraint(
        "CHECK(date_from <= date_to)", "The first date of the credits can't be after the last one."
    )

    @api.depends("move_line_ids")
    def _compute_only_chosen(self):
        for run in self:
            run.only_chosen = run.only_chosen or bool(run.move_line_ids)

    @api.depends("move_line_ids")
    def _compute_chosen_count(self):
        for run in self:
            run.chosen_count = len(run.move_line_ids)

    def _get_credit_domain(self):
        """The open credits that match the criteria, those that can't be refunded included."""
        self.ensure_one()
        criteria = (
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
            # a refund can't be dated before its credits; what was chosen by hand is told apart, not left out
            ("date", "<=", (self.age_days or not self.only_chosen) and self.date - timedelta(days=self.age_days)),
            ("partner_id.commercial_partner_id.category_id", "in", self.category_ids.ids),
            ("journal_id", "in", self.credit_journal_ids.ids),
            ("id", "in", self.only_chosen and self._get_chosen_query()),
        )
        return (
            self.env["account.move.line"]._get_open_item_domain()
            & Domain("amount_residual_currency", "<", 0)
            & Domain("company_id", "child_of", self.company_id.id)
            & Domain.AND(Domain(*criterion) for criterion in criteria if criterion[2])
            & Domain.OR(domain for source, domain in SOURCE_DOMAINS.items() if self[f"source_{source}"])
        )

    def _get_chosen_query(self):
        """The chosen credits: a hundred thousand ids are not sent to the database with each query.

        :return: SQL that gives ids of journal items
        """
        return SQL("(SELECT move_line_id FROM client_refund_run_move_line_rel WHERE run_id = %s)", self.id)

    def _get_clients_query(self):
        """The clients that have credits that match the criteria.

        :return: SQL that gives ids of commercial partners
        """
        items = self.env["account.move.line"]
        partners = self.env["res.partner"].with_context(active_test=False)
        credits = items._search(self._get_credit_domain())
        contacts = partners._search(
            [("id", "in", credits.subselect(items._field_to_sql(credits.table, "partner_id", credits)))]
        )
        return contacts.subselect(partners._field_to_sql(contacts.table, "commercial_partner_id", contacts))

    def _get_minimum(self, currency):
        return sum(self.minimum_ids.filtered(lambda minimum: minimum.currency_id == currency).mapped("amount"))

    @api.model
    def _prepare_for_credits(self, credits):
        """Make a run of chosen credits.

        :param credits: account.move.line, of one company and its branches
        :return: client.refund.run
        :raise UserError: if there are none, or of several companies
        """
        companies = credits.company_id
        roots = companies.filtered(lambda company: not (company.parent_ids - company) & companies)
        if len(roots) != 1:
            raise UserError(
                self.env._("Choose credits of one company.")
                if not roots
                else self.env._(
                    "A run pays the credits of one company. These belong to %(companies)s. Choose the credits of one "
                    "company.",
                    companies=", ".join(roots.mapped("display_name")),
                )
            )
        return self.create([{"company_id": roots.id, "move_line_ids": [Command.set(credits.ids)]}])
