from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.base.models.res_bank import sanitize_account_number


class ClientRefundMixin(models.AbstractModel):
    """Who is refunded, how, and to which account: what the wizard asks and the refund keeps."""

    _name = "client.refund.mixin"
    _inherit = "client.refund.codes"
    _description = "Client Refund Terms"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        check_company=True,
        context={"active_test": False},
        help="The client who is refunded. Credits booked on its contacts count too.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        help="A refund pays credits of one currency, in that currency.",
    )
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
        help="The bank or cash journal that the money leaves from.",
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
    partner_bank_id = fields.Many2one(
        "res.partner.bank",
        string="Payee Account",
        compute="_compute_partner_bank_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('id', 'in', available_partner_bank_ids)]",
        help="The client's bank account that receives the money. "
        "By default the account that the money came from, else a trusted account of the client, "
        "in the refund's currency where there is one.",
    )
    available_partner_bank_ids = fields.Many2many("res.partner.bank", compute="_compute_available_partner_bank_ids")
    reason_id = fields.Many2one(
        "client.refund.reason",
        check_company=True,
        help="Why the money goes back.",
    )
    memo = fields.Char(
        compute="_compute_memo",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The text that goes with the payment, after the number of the refund.",
    )

    send_notice = fields.Boolean(
        compute="_compute_send_notice",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="When the payment is booked the client gets a mail: what was paid, how, and out of which credits.",
    )

    @api.depends("company_id")
    def _compute_send_notice(self):
        for record in self:
            record.send_notice = record.company_id._get_client_refund_policy().client_refund_send_notice

    def _get_youngest_credit(self):
        """The chosen credit that was booked last.

        :return: account.move.line
        """
        return self._get_refund_credits().sorted("date")[-1:]

    @api.depends("company_id")
    def _compute_available_journal_ids(self):
        for company, records in self.grouped("company_id").items():
            journals = self.env["account.journal"].search(self._get_refund_journal_domain(company))
            records.available_journal_ids = journals.filtered(lambda journal: journal._get_refund_method_lines())

    @api.model
    def _get_refund_journal_domain(self, company):
        """The journals that money can leave from."""
        journals = self.env["account.journal"]
        allowed = company._get_client_refund_journals()
        return (
            Domain(journals._check_company_domain(company))
            & Domain("type", "in", ("bank", "cash", "credit"))
            & (Domain("id", "in", allowed.ids) if allowed else Domain.TRUE)
        )

    @api.depends("company_id", "partner_id")
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

    @api.depends("journal_id", "partner_id")
    def _compute_payment_method_line_id(self):
        for record in self:
            available = record.available_payment_method_line_ids._origin
            preferred = record._get_preferred_payment_method_line()
            record.payment_method_line_id = preferred if preferred in available else available[:1]

    def _get_preferred_payment_method_line(self):
        """The way this client wishes to be paid, as set on the client."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).property_outbound_payment_method_line_id

    @api.depends("partner_id", "company_id")
    def _compute_available_partner_bank_ids(self):
        """The client's bank accounts, its contacts' included; never one of a company's own."""
        clients = self.partner_id.commercial_partner_id._origin
        own_numbers = self._search_own_account_numbers()
        accounts = (
            self.env["res.partner.bank"]
            .search_fetch([("partner_id.commercial_partner_id", "in", clients.ids)])
            .filtered(lambda account: sanitize_account_number(account.acc_number) not in own_numbers)
        )
        accounts_by_client = accounts.grouped(lambda account: account.partner_id.commercial_partner_id)
        for record in self:
            client = record.partner_id.commercial_partner_id._origin
            # of the refund's own company, or of one above it that the user works in: ORM checks compute with all rights
            companies = record.company_id | (record.company_id.parent_ids & self.env.companies)
            record.available_partner_bank_ids = accounts_by_client.get(client, accounts.browse()).filtered(
                lambda account, companies=companies: not account.company_id or account.company_id in companies
            )

    @api.model
    def _search_own_account_numbers(self):
        """The bank account numbers of all companies of the database.

        :return: set of str, sanitized account numbers
        """
        # money must not go to companies that the user may not see either
        all_records = self.sudo().with_context(active_test=False).env
        partners = all_records["res.partner"].search_fetch(
            [("ref_company_ids", "!=", False)], ["commercial_partner_id"]
        )
        accounts = all_records["res.partner.bank"].search_fetch(
            [("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids)], ["acc_number"]
        )
        return {sanitize_account_number(account.acc_number) for account in accounts}

    @api.depends("partner_id", "company_id")
    def _compute_partner_bank_id(self):
        """The account that the money came from, else a trusted one.

        Where the money came from several accounts, none: the clerk decides.
        """
        for record in self:
            origins = record._get_origin_accounts()
            record.partner_bank_id = (origins or record._get_trusted_account()) if len(origins) < 2 else False

    def _get_trusted_account(self):
        """The trusted account that takes the money best: one in its currency, else one without, else the first.

        :return: res.partner.bank
        """
        self.ensure_one()
        trusted = self.available_partner_bank_ids._origin.filtered("allow_out_payment")
        return trusted.sorted(
            lambda account: (account.currency_id != self.currency_id._origin, bool(account.currency_id))
        )[:1]

    def _get_origin_accounts(self):
        """The client's accounts that the money of the chosen credits came from.

        :return: res.partner.bank
        """
        self.ensure_one()
        numbers = self._get_refund_credits()._get_refund_origin_numbers()
        return self.available_partner_bank_ids._origin._filter_numbers(numbers)

    def _is_trusted_account_missing(self):
        """Whether the payment method pays to trusted accounts only, and this is none."""
        self.ensure_one()
        codes = self.env["account.payment"]._get_method_codes_needing_bank_account()
        return self.payment_method_line_id.code in codes and not self.partner_bank_id.allow_out_payment

    def _get_refund_credits(self):
        """The journal items that are chosen to be refunded.

        :return: account.move.line
        """
        raise NotImplementedError

    @api.depends("reason_id")
    def _compute_memo(self):
        for record in self:
            # the client reads it
            reason = record.reason_id.with_context(lang=record.partner_id.lang or self.env.lang)
            record.memo = reason.memo or record.memo
