from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.lists import without_owner
from .account_move_line_held import HELD_BACK


class ClientCredit(models.Model):
    """The worklist: who is owed what, since when, and who owes us too.

    A row is what a client is owed in a company, a currency and on a receivable account. Its id is that of the first
    journal item in it. What can't be refunded now (of blocked clients, on accounts that are never refunded, reserved,
    not cleared) is shown and marked. Credits without a client are nobody's and not listed.
    """

    _name = "client.credit"
    _description = "Client Credit"
    _auto = False
    _rec_name = "partner_id"
    _order = "date, id"
    _depends = {
        "account.move.line": [
            "account_id",
            "amount_residual",
            "amount_residual_currency",
            "company_id",
            "currency_id",
            "date",
            "move_id",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.account": ["account_type"],
        "account.move": ["origin_payment_id", "payment_state"],
        "account.payment": ["state"],
        "client.refund.line": ["amount_reserved", "move_line_id"],
        "res.company": ["currency_id", "parent_path"],
        "res.currency": ["decimal_places"],
        "res.partner": ["client_refund_blocked", "commercial_partner_id", "user_id"],
    }

    partner_id = fields.Many2one(
        "res.partner", string="Client", readonly=True, help="Credits booked on its contacts count too."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    account_id = fields.Many2one("account.account", string="Receivable Account", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    category_id = fields.Many2many(related="partner_id.category_id", string="Tags")
    date = fields.Date(string="Oldest", readonly=True, help="The date of the oldest of these credits.")
    age = fields.Integer(
        string="Age (days)", readonly=True, aggregator="max", help="Days since the oldest of these credits."
    )
    amount_age_000_030 = fields.Monetary(
        string="0-30 Days",
        readonly=True,
        currency_field="company_currency_id",
        help="The part of the open credit that has this age.",
    )
    amount_age_031_090 = fields.Monetary(
        string="31-90 Days",
        readonly=True,
        currency_field="company_currency_id",
        help="The part of the open credit that has this age.",
    )
    amount_age_091_180 = fields.Monetary(
        string="91-180 Days",
        readonly=True,
        currency_field="company_currency_id",
        help="The part of the open credit that has this age.",
    )
    amount_age_181_365 = fields.Monetary(
        string="181-365 Days",
        readonly=True,
        currency_field="company_currency_id",
        help="The part of the open credit that has this age.",
    )
    amount_age_366 = fields.Monetary(
        string="Over 365 Days",
        readonly=True,
        currency_field="company_currency_id",
        help="The part of the open credit that has this age.",
    )
    last_activity = fields.Date(
        readonly=True,
        help="The date of the client's latest posted journal item on a receivable account in the company.",
    )
    item_count = fields.Integer(string="Items", readonly=True, help="The number of open credits.")
    amount_open = fields.Monetary(
        string="Open Credit",
        readonly=True,
        help="The open credits of the client, as a positive amount in their currency.",
    )
    amount_reserved = fields.Monetary(
        string="Reserved", readonly=True, help="What refunds that are not issued yet reserve of it."
    )
    amount_refundable = fields.Monetary(
        string="Refundable",
        readonly=True,
        help="What is open, less what is reserved. Zero for blocked clients, on accounts that are never refunded, "
        "and for credits that a journal entry moved from such an account.",
    )
    amount_uncleared = fields.Monetary(
        string="May Bounce",
        compute="_compute_held_back",
        help="The part of the refundable amount that may still go back: receipts that the bank has not confirmed, in "
        "a journal with bank confirmation, or within the hold days of their journal.",
    )
    amount_owed = fields.Monetary(
        string="Owes", readonly=True, help="What the client owes in this company, in this currency and on this account."
    )
    amount_open_company_currency = fields.Monetary(
        string="Open in Company Currency",
        readonly=True,
        currency_field="company_currency_id",
        help="The open credit in the currency of the company, to add up several currencies.",
    )
    amount_refundable_company_currency = fields.Monetary(
        string="Refundable in Company Currency",
        readonly=True,
        currency_field="company_currency_id",
        help="The refundable amount in the currency of the company, to add up several currencies.",
    )
    client_blocked = fields.Boolean(
        readonly=True, help="Nothing is refunded to the client: the client or one of its contacts is blocked."
    )
    never_refunded = fields.Boolean(
        readonly=True, help="According to the settings of the company, nothing on this account is refunded."
    )
    held_back = fields.Selection(
        selection=HELD_BACK,
        compute="_compute_held_back",
        help="Blocked: nothing is refunded until the block is lifted. Never refunded: it is on an account that is "
        "excluded in the settings of the company, or comes from one. Reserved: refunds that are not issued yet "
        "reserve all of it. May bounce: some of the money may still go back, so refunding it is a risk.",
    )

    # not what it is computed from, but what is read of the rows: named, it comes with them
    @api.depends("partner_id", "company_id", "currency_id", "account_id", "amount_open")
    def _compute_held_back(self):
        credits = self._get_credits()
        held_back = credits._get_held_back()
        codes, amounts = defaultdict(set), Counter()
        for credit in credits:
            code, _text = held_back.get(credit, (False, ""))
            codes[self._get_row_key(credit)].add(code)
            if code == "uncleared":
                amounts[self._get_row_key(credit)] += credit.amount_refundable
        for row in self:
            key = self._get_row_key(row)
            row.amount_uncleared = amounts[key]
            # held back is a row where all of it is; that some of it may bounce is told all the same
            found = codes[key] & {False, "uncleared"} or codes[key]
            row.held_back = next((code for code, _label in HELD_BACK if code in found), False)

    # -------------------------------------------------------------------------
    # The credits behind the rows
    # -------------------------------------------------------------------------

    def _get_credits(self):
        """The open credits behind these rows, oldest first, read at once.

        :return: account.move.line
        """
        items = self.env["account.move.line"]
        if not self.ids:
            return items
        items.flush_model(["account_id", "company_id", "currency_id", "partner_id", "reconciled"])
        # the rows need not be read: the first item of a row tells which one it is
        of_rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, CASE WHEN contact.commercial_partner_id IS NULL THEN contact.id END
                  FROM account_move_line first_item
                  JOIN res_partner first_contact ON first_contact.id = first_item.partner_id
                  JOIN res_partner client
                    ON client.id = COALESCE(first_contact.commercial_partner_id, first_contact.id)
                  JOIN res_partner contact ON contact.commercial_partner_id = client.id OR contact.id = client.id
                  JOIN account_move_line item
                    ON item.partner_id = contact.id
                   AND item.company_id = first_item.company_id
                   AND item.currency_id = first_item.currency_id
                   AND item.account_id = first_item.account_id
                   AND item.reconciled IS NOT TRUE
                 WHERE first_item.id IN %s
                """,
                tuple(self.ids),
            )
        )
        # by their ids: joined with the query above, PostgreSQL may scan the ledger
        # who was brought over from another system may not say whose contact it is
        self.env["res.partner"].browse({contact_id for _id, contact_id in of_rows if contact_id})._get_refund_client()
        return items._search_open_credits(Domain("id", "in", [item_id for item_id, _contact_id in of_rows]))

    @api.model
    def _get_row_key(self, record):
        """What a row and the credits behind it have in common.

        :param record: client.credit or account.move.line
        """
        return (record.partner_id.commercial_partner_id, record.company_id, record.currency_id, record.account_id)

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard with what is refundable and certain of this row ticked, and nothing else.

        :raise UserError: if nothing is open any more
        """
        self.ensure_one()
        return self.env["client.refund.wizard"]._open_for_credits(self._get_open_credits(), only_free=True)

    def action_view_credits(self):
        """Open the journal items behind these rows.

        :raise UserError: if nothing is open any more
        """
        credits = self._get_open_credits()
        if len(credits) == 1:
            return without_owner(credits.action_open_business_doc())
        # the address keeps the path and the row: Back and F5 run the action of this path
        return credits._get_records_action(
            name=self.env._("Open Credits"),
            path="client-credit-items",
            views=[(self.env.ref("client_refund.view_client_credit_item_list").id, "list")],
            search_view_id=[self.env.ref("client_refund.view_client_credit_item_search").id],
            context={"active_id": self[:1].id, "active_ids": self.ids},
        )

    def _get_open_credits(self):
        if credits := self._get_credits():
            return credits
        # the rows are gone with their credits; of each the first one, whose id it had, is left to name
        items = self.env["account.move.line"].browse(self.ids).exists()._filtered_access("read")
        raise UserError(
            self.env._(
                "%(documents)s: nothing of this is open any more, it was refunded or reconciled. Reload the list.",
                documents=", ".join(item._describe_for_refund() for item in items),
            )
            if items
            else self.env._("These credits do not exist any more. Reload the list.")
        )
