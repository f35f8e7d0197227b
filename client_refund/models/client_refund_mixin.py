from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.base.models.res_bank import sanitize_account_number


class ClientRefundMixin(models.AbstractModel):
    """Who is refunded, how, and to which account: what the wizard asks and the refund keeps."""

    _name = "client.refund.mixin"
    _inherit = ["client.refund.way", "client.refund.codes"]
    _description = "Client Refund Terms"

    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        check_company=True,
        context={"active_test": False},
        help="The client who is refunded. Credits booked on its contacts count too.",
    )
    currency_id = fields.Many2one("res.currency")
    partner_bank_id = fields.Many2one(
        "res.partner.bank",
        string="Payee Account",
        compute="_compute_partner_bank_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('id', 'in', available_partner_bank_ids)]",
        help="The client's bank account that receives the money. By default, the account that the money came from; "
        "otherwise a trusted account of the client, in the currency of the refund if there is one.",
    )
    available_partner_bank_ids = fields.Many2many("res.partner.bank", compute="_compute_available_partner_bank_ids")
    memo = fields.Char(
        compute="_compute_memo",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The text that goes with the payment, after the number of the refund.",
    )

    @api.depends("partner_id")
    def _compute_journal_id(self):
        return super()._compute_journal_id()

    @api.depends("partner_id")
    def _compute_payment_method_line_id(self):
        return super()._compute_payment_method_line_id()

    @api.depends("partner_id", "company_id")
    def _compute_available_partner_bank_ids(self):
        """The client's bank accounts, its contacts' included; never one of a company's own."""
        clients = self.partner_id.commercial_partner_id._origin
        accounts = self.env["res.partner.bank"].search_fetch([("partner_id.commercial_partner_id", "in", clients.ids)])
        own_numbers = self._search_own_account_numbers() if accounts else ()
        accounts = accounts.filtered(lambda account: sanitize_account_number(account.acc_number) not in own_numbers)
        accounts_by_client = accounts.grouped(lambda account: account.partner_id.commercial_partner_id)
        for record in self:
            client = record.partner_id.commercial_partner_id._origin
            # of the refund's own company, or of one above it that the user works in: ORM checks compute with all rights
            companies = record.company_id | (record.company_id.parent_ids & self.env.companies)
            record.available_partner_bank_ids = accounts_by_client.get(client, accounts.browse()).filtered(
                lambda account, companies=companies: not account.company_id or account.company_id in companies
            )

    @api.depends("partner_id", "company_id")
    def _compute_partner_bank_id(self):
        """The account that the money came from, else a trusted one.

        Where the money came from several accounts, none: the clerk decides.
        """
        for record in self:
            origins = record._get_origin_accounts()
            record.partner_bank_id = (origins or record._get_trusted_account()) if len(origins) < 2 else False

    @api.depends("reason_id")
    def _compute_memo(self):
        for record in self:
            # the client reads it
            reason = record.reason_id.with_context(lang=record.partner_id.lang or self.env.lang)
            record.memo = reason.memo or record.memo

    def _get_refund_credits(self):
        """The journal items that are chosen to be refunded."""
        raise NotImplementedError

    def _get_own_refund(self):
        """The refund that these terms are of, or are going to be of."""
        raise NotImplementedError

    def _get_too_early_message(self):
        """Why nothing is refunded on this date: the firm owes it only later.

        :return: str, or None where it may be
        """
        youngest = self._get_refund_credits().sorted("date")[-1:]
        if not self.date or not youngest or youngest.date <= self.date:
            return None
        return self.env._(
            "%(document)s is dated %(document_date)s, so it can't be refunded on %(date)s. Choose a later date.",
            document=youngest.move_id.display_name,
            document_date=format_date(self.env, youngest.date),
            date=format_date(self.env, self.date),
        )

    def _get_preferred_payment_method_line(self):
        """The way this client wishes to be paid, as set on the client."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).property_outbound_payment_method_line_id

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
        """The client's accounts that the money of the chosen credits came from."""
        self.ensure_one()
        accounts = self.available_partner_bank_ids._origin
        return accounts and accounts._filter_numbers(self._get_refund_credits()._get_refund_origin_numbers())

    def _is_paid_by_order(self):
        """Whether the payment method takes all of a refund into an order, which pays it later."""
        return False

    def _is_trusted_account_missing(self):
        """Whether the payment method pays to trusted accounts only, and this is none."""
        self.ensure_one()
        codes = self.env["account.payment"]._get_method_codes_needing_bank_account()
        return self.payment_method_line_id.code in codes and not self.partner_bank_id.allow_out_payment
