from odoo import api, fields, models
from odoo.fields import Domain


class ClientRefundWay(models.AbstractModel):
    """On which way money goes back, of one refund or of many: when, from where, how and why; and who is told."""

    _name = "client.refund.way"
    _description = "Client Refund Way"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The accounting date of the payment.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Pay From",
        compute="_compute_journal_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('id', 'in', available_journal_ids)]",
    )
    available_journal_ids = fields.Many2many("account.journal", compute="_compute_available_journal_ids")
    payment_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Payment Method",
        compute="_compute_payment_method_line_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', available_payment_method_line_ids)]",
    )
    available_payment_method_line_ids = fields.Many2many(
        "account.payment.method.line",
        compute="_compute_available_payment_method_line_ids",
    )
    reason_id = fields.Many2one("client.refund.reason", check_company=True)
    send_notice = fields.Boolean(
        compute="_compute_send_notice",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="When the payment is booked, the client gets an email: what was paid, how, and from which credits.",
    )

    @api.depends("company_id")
    def _compute_available_journal_ids(self):
        for company, records in self.grouped("company_id").items():
            journals = self.env["account.journal"].search(self._get_refund_journal_domain(company))
            records.available_journal_ids = journals.filtered(lambda journal: journal._get_refund_method_lines())

    @api.depends("company_id")
    def _compute_journal_id(self):
        for record in self:
            available = record.available_journal_ids._origin
            preferred = record._get_preferred_payment_method_line().journal_id
            record.journal_id = next(
                (journal for journal in (preferred, record.journal_id) if journal in available),
                available[:1],
            )

    @api.depends("journal_id")
    def _compute_available_payment_method_line_ids(self):
        for record in self:
            record.available_payment_method_line_ids = record.journal_id._get_refund_method_lines()

    @api.depends("journal_id")
    def _compute_payment_method_line_id(self):
        for record in self:
            available = record.available_payment_method_line_ids._origin
            preferred = record._get_preferred_payment_method_line()
            record.payment_method_line_id = preferred if preferred in available else available[:1]

    @api.depends("company_id")
    def _compute_send_notice(self):
        for record in self:
            record.send_notice = record.company_id._get_client_refund_policy().client_refund_send_notice

    @api.model
    def _get_refund_journal_domain(self, company):
        """The journals that money can leave from: those that the settings name, or all."""
        journals = self.env["account.journal"]
        # the settings of a parent count also for who may not see the parent
        allowed = company.sudo().parent_ids.client_refund_journal_ids
        return (
            Domain(journals._check_company_domain(company))
            & Domain("type", "in", ("bank", "cash", "credit"))
            & (Domain("id", "in", allowed.ids) if allowed else Domain.TRUE)
        )

    def _get_preferred_payment_method_line(self):
        """The way that is wished for."""
        return self.env["account.payment.method.line"]
