from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, ormcache

# Payments whose money never arrived, or did not stay.
BOUNCED_STATES = ("canceled", "rejected")
# Of a tax that is withheld on payment, in databases that have such taxes.
WITHHOLDING_FIELD = "is_withholding_tax_on_payment"
# Documents in dispute, and those that a payment without an entry pays already: the ledger does not show it yet.
UNPAYABLE_STATES = ("blocked", "in_payment")


class AccountMoveLineOpen(models.Model):
    """What is open between clients and firm: which credits can be refunded, which invoices they can settle, and why
    others can't.
    """

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_open_item_domain(self):
        """What is open on receivable accounts, either way.

        A payment that was rejected did not take place, though core leaves its entry posted.

        :return: Domain, in the form that fits core's partial index on unreconciled items
        """
        return Domain(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        ) & ~Domain("move_id.origin_payment_id.state", "in", BOUNCED_STATES)

    @api.model
    def _get_open_credit_domain(self):
        """The one definition of an open credit."""
        return self._get_open_item_domain() & self._get_credit_domain()

    @api.model
    @ormcache()
    def _get_open_credit_sql(self):
        """The same in SQL, whatever the user may see. It is kept: to work it out takes longer than to run it.

        :return: (SQL, SQL): what stands after FROM, and after WHERE
        """
        items = self.env(su=True, context={})[self._name]
        query = items._search(items._get_open_credit_domain())
        return tuple(
            # its values are the same each time: they need not be written out each time
            SQL(self.env.cr.mogrify(part).decode().replace("%", "%%"), to_flush=part.to_flush)
            for part in (query.from_clause, query.where_clause)
        )

    @api.model
    def _get_credit_domain(self):
        """Which open items are credits.

        A blocked document is in dispute: it is not refundable until somebody unblocks it. What a payment without an
        entry pays is open in the ledger alone. What is on a non-trade account, such as VAT to get back, is no client's.
        """
        return (
            Domain(
                [
                    ("amount_residual_currency", "<", 0),
                    ("move_id.payment_state", "not in", UNPAYABLE_STATES),
                    ("account_id.non_trade", "=", False),
                ]
            )
            & ~self._get_withheld_domain()
        )

    @api.model
    def _get_withheld_domain(self):
        """What is of documents of which core withholds tax when it pays them: paid by a refund, it would not."""
        if WITHHOLDING_FIELD not in self.env["account.tax"]._fields:
            return Domain.FALSE
        return Domain(f"move_id.invoice_line_ids.tax_ids.{WITHHOLDING_FIELD}", "=", True)

    @api.model
    def _get_client_domain(self, clients, companies):
        """The journal items of clients, their contacts included, in companies and their branches.

        :param clients: res.partner, commercial partners
        :param companies: res.company
        """
        return Domain("partner_id.commercial_partner_id", "in", clients.ids) & Domain(
            "company_id", "child_of", companies.ids
        )

    @api.model
    def _get_open_invoice_domain(self):
        """What clients owe and credits can settle: a blocked document is in dispute."""
        return self._get_open_item_domain() & Domain(
            [("amount_residual_currency", ">", 0), ("move_id.payment_state", "not in", UNPAYABLE_STATES)]
        )

    @api.model
    def _get_blocked_invoice_domain(self):
        """What is open of invoices that are blocked, and so can't be settled."""
        return self._get_open_item_domain() & Domain(
            [("amount_residual_currency", ">", 0), ("move_id.payment_state", "=", "blocked")]
        )

    # -------------------------------------------------------------------------
    # What is open
    # -------------------------------------------------------------------------

    @api.model
    def _search_open_credits(self, domain):
        """The open credits that match.

        :param domain: Domain
        :return: account.move.line, oldest first
        """
        return self.search(self._get_open_credit_domain() & domain, order="date, id")

    @api.model
    def _search_open_invoices(self, clients, companies, currency):
        """What these clients owe in companies and their branches.

        :param clients: res.partner, commercial partners
        :return: account.move.line, due first
        """
        return self.search(
            self._get_open_invoice_domain()
            & self._get_client_domain(clients, companies)
            & Domain("currency_id", "=", currency.id)
        )._sorted_by_due_date()

    def _sorted_by_due_date(self):
        return self.sorted(lambda item: (item.date_maturity or item.date, item.id))

    def _filter_open_credits(self):
        """The journal items of this recordset that are open credits."""
        return self.filtered_domain(self._get_open_credit_domain())

    def _filter_open_invoices(self):
        """The journal items of this recordset that credits can settle, due first."""
        return self._filter_owed().filtered_domain(self._get_open_invoice_domain())._sorted_by_due_date()

    def _filter_blocked_invoices(self):
        """The journal items of this recordset that are open of blocked invoices."""
        return self._filter_owed().filtered_domain(self._get_blocked_invoice_domain())

    def _filter_owed(self):
        """What clients owe of these, open or not: to look at a domain takes long, and most clients owe nothing."""
        return self.filtered(lambda item: item.amount_residual_currency > 0)

    # -------------------------------------------------------------------------
    # Why it is not open
    # -------------------------------------------------------------------------

    def _get_not_open_message(self):
        """Why this journal item is no open credit."""
        self.ensure_one()
        return self.env._(
            "%(client)s, %(document)s: %(reason)s",
            client=self.partner_id.display_name or self.env._("no client"),
            document=self.move_id.display_name,
            reason=self._get_not_open_reason(),
        )

    def _get_not_settleable_reason(self):
        """Why this journal item can't be settled by a refund.

        :return: str, or None where it can
        """
        self.ensure_one()
        if self.filtered_domain(self._get_open_invoice_domain()):
            return None
        if self.parent_state == "posted" and self.amount_residual_currency < 0:
            return self.env._("it is not an open invoice, but a credit of the client. Leave it out.")
        return self._get_not_open_reason()

    def _get_not_open_reason(self):
        self.ensure_one()
        if self.parent_state != "posted":
            return self.env._("it is not posted. Post it first, or leave it out.")
        if self.account_id.account_type != "asset_receivable":
            return self.env._(
                "account %(account)s is not a receivable account. Only what clients are owed can be refunded.",
                account=self.account_id.display_name,
            )
        if self.account_id.non_trade:
            return self.env._(
                "account %(account)s is marked as Non Trade, such as for tax refunds. Leave it out, or untick Non "
                "Trade on the account.",
                account=self.account_id.display_name,
            )
        if self.filtered_domain(self._get_withheld_domain()):
            return self.env._("tax is withheld when it is paid. Leave it out, and choose Pay on the document itself.")
        if self.move_id.payment_state == "blocked":
            return self.env._("it is blocked. Unblock it first, or leave it out.")
        if self.move_id.payment_state == "in_payment" and self.amount_residual_currency:
            return self.env._(
                "a payment without a journal entry already pays it. Cancel that payment first, or leave it out."
            )
        if self.move_id.origin_payment_id.state in BOUNCED_STATES:
            return self.env._("the payment was rejected or canceled, so its money never arrived. Leave it out.")
        if self.amount_residual_currency > 0:
            return self.env._(
                "%(amount)s is owed by the client, not to the client. Leave it out.",
                amount=format_amount(self.env, self.amount_residual_currency, self.currency_id),
            )
        return self.env._("nothing is open any more, it is fully reconciled. Leave it out.")
