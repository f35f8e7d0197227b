from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .account_move_line_open import UNPAYABLE_STATES

# Why a credit is held back, most serious first: of several reasons the first one counts.
HELD_BACK = [
    ("blocked", "Blocked"),
    ("never", "Never Refunded"),
    ("reserved", "Reserved"),
    ("uncleared", "May Bounce"),
]


class AccountMoveLineHeld(models.Model):
    """What holds a credit back: the one answer for wizard, worklist, files, programs and clients.

    Nothing that is held back is ticked or taken by itself. What is *uncleared* may be chosen all the same, and what was
    taken over from an account that is *never* refunded by an administrator of refunds: that is a risk. All else of what
    is held back is refused.
    """

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_held_back(self, but=None):
        """Which of these credits are held back, and why.

        * ``blocked``: the client, one of its contacts, or the document is blocked
        * ``never``: on an account that is never refunded, or taken over from one by a journal entry
        * ``reserved``: refunds hold all that is open
        * ``uncleared``: a receipt whose money may still go back, or taken over from one

        :param but: client.refund, what this one holds is not held back
        :return: dict, account.move.line: (code, text), of those that are
        """
        blocks = self.partner_id.commercial_partner_id._get_client_refund_blocks()
        excluded = self._get_excluded_accounts()
        holders = self._get_holders(but)
        uncleared = self._filter_may_bounce()
        disputed = self.move_id.filtered(lambda entry: entry.payment_state in UNPAYABLE_STATES)
        # of many credits few are held back, but where the client is blocked: those alone are looked at one by one
        found = {}
        for credit in self if blocks or disputed else self & uncleared.union(*excluded, *holders):
            client = credit.partner_id.commercial_partner_id
            if client in blocks:
                found[credit] = ("blocked", blocks[client])
            elif credit.move_id.payment_state in UNPAYABLE_STATES:
                found[credit] = ("blocked", credit._get_not_open_message())
            elif credit in excluded:
                found[credit] = ("never", credit._get_excluded_message(excluded[credit]))
            elif credit in holders:
                found[credit] = ("reserved", credit._get_reserved_message(holders[credit]))
            elif credit in uncleared:
                found[credit] = ("uncleared", self._get_uncleared_message([credit.move_id.display_name]))
        return found

    def _filter_free(self):
        """The credits among these that nothing holds back: what is ticked, or taken, by itself."""
        held_back = self._get_held_back()
        return self.filtered(lambda credit: credit not in held_back)

    def _get_holders(self, but=None):
        """The refunds that hold all that is open of these credits.

        :param but: client.refund, one that does not count
        :return: dict, account.move.line: client.refund, of the credits of which nothing is left
        """
        reservations = self._get_refund_reservations().filtered(lambda line: line.refund_id != but)
        return {
            credit: lines.refund_id
            for credit, lines in reservations.grouped("move_line_id").items()
            if credit.currency_id.compare_amounts(sum(lines.mapped("amount_reserved")), credit.amount_refund_open) >= 0
        }

    def _get_reserved_message(self, refunds):
        self.ensure_one()
        return self.env._(
            "%(document)s is reserved by %(refunds)s.",
            document=self.move_id.display_name,
            refunds=refunds._join_names(),
        )

    # -------------------------------------------------------------------------
    # Never refunded
    # -------------------------------------------------------------------------

    def _get_excluded_accounts(self):
        """The accounts that are never refunded, of the credits that are on one, or that come from one.

        :return: dict, account.move.line: account.account
        """
        by_company = {company: company._get_client_refund_excluded_accounts() for company in self.company_id}
        if not any(by_company.values()):
            return {}
        self._get_refund_sources()  # read for all at once
        return {
            credit: accounts
            for credit in self
            if (accounts := credit._get_refund_sources().account_id & by_company[credit.company_id])
        }

    def _get_refused_accounts(self, user):
        """The accounts for which these credits are refused, though a user chose them.

        What is on such an account is refused for everybody. What a journal entry took over from one may be the client's
        own by now, such as trust money after a matter was closed: an administrator of refunds may say so.

        :param user: res.users, who asks for the refund
        :return: dict, account.move.line: account.account
        """
        excluded = self._get_excluded_accounts()
        if not excluded or not user.has_group("client_refund.group_client_refund_administer"):
            return excluded
        return {credit: accounts for credit, accounts in excluded.items() if credit.account_id in accounts}

    def _get_amounts_to_choose(self):
        """What the user may take of these open credits, ticked by hand: of many, faster than what is kept of each.

        :return: dict, account.move.line: positive amount in its currency, or zero
        """
        return self._get_amounts_left(self._get_refused_accounts(self.env.user))

    def _get_amounts_left(self, refused):
        """What is open of these open credits, less what is reserved.

        :param refused: the credits of which nothing may be taken, such as the keys of `_get_excluded_accounts`
        :return: dict, account.move.line: positive amount in its currency, or zero
        """
        amounts = {credit: 0.0 if credit in refused else -credit.amount_residual_currency for credit in self}
        for credit, amount in self._get_reserved_amounts().items():
            amounts[credit] = max(credit.currency_id.round(amounts[credit] - amount), 0.0)
        return amounts

    @api.model
    def _search_refundable_entries(self, entries):
        """Those of these entries that have an open credit of which something can be refunded.

        Searched together with what tells so: to read `amount_refundable` would be to look again for each whether it is
        open.

        :param entries: account.move
        :return: account.move
        """
        if not entries:
            return entries
        credits = self.search_fetch(
            self._get_open_credit_domain() & Domain("move_id", "in", entries.ids),
            ["account_id", "amount_residual_currency", "company_id", "currency_id", "is_in_refund", "move_id"],
        )
        amounts = credits._get_amounts_left(credits._get_excluded_accounts())
        return credits.filtered(amounts.get).move_id

    def _get_excluded_message(self, accounts):
        self.ensure_one()
        texts = {
            "document": self.move_id.display_name,
            "accounts": ", ".join(accounts.mapped("display_name")),
        }
        if self.account_id in accounts:
            return self.env._("%(document)s is on account %(accounts)s, which is never refunded.", **texts)
        return self.env._("%(document)s comes from account %(accounts)s, which is never refunded.", **texts)

    @api.model
    def _get_taken_over_sql(self, excluded):
        """What `_get_excluded_accounts` finds besides what is on such an account itself, for a query over all credits.

        :param excluded: SQL, a table of `company_id` and `account_id`
        :return: SQL, a query that gives ids of journal items
        """
        return SQL(
            """
            WITH RECURSIVE taken_over(id) AS (
                SELECT item.id
                  FROM %(excluded)s AS excluded
                  JOIN account_move_line item
                    ON item.account_id = excluded.account_id AND item.company_id = excluded.company_id
                 WHERE item.balance < 0
             UNION
                SELECT credit.id
                  FROM taken_over
                  JOIN account_partial_reconcile partial ON partial.credit_move_id = taken_over.id
                  JOIN account_move_line debit ON debit.id = partial.debit_move_id AND debit.balance > 0
                  JOIN account_move entry
                    ON entry.id = debit.move_id
                   AND entry.move_type != 'out_refund'
                   AND entry.origin_payment_id IS NULL
                   AND entry.statement_line_id IS NULL
                  JOIN account_move_line credit ON credit.move_id = entry.id AND credit.balance < 0
                  JOIN res_partner debtor ON debtor.id = debit.partner_id
                  JOIN res_partner client
                    ON client.id = credit.partner_id
                   AND client.commercial_partner_id = debtor.commercial_partner_id
            )
            SELECT id FROM taken_over
            """,
            excluded=excluded,
        )

    # -------------------------------------------------------------------------
    # It stays held back
    # -------------------------------------------------------------------------

    def _check_stays_held_back(self, vals):
        """Refuse to book what is held back to where it is not: trust money, and what blocked clients are owed.

        That of entries which were posted: a clerk who refunds could pay it out then. An accountant may correct them.

        :param vals: dict, the client and the account that these items get
        :raise AccessError: names client and document
        """
        account = self.env["account.account"].browse(vals.get("account_id"))
        is_leaving_account = account.account_type == "asset_receivable"
        is_leaving_client = "partner_id" in vals and self.env["res.partner"]._has_client_refund_blocks()
        if not (is_leaving_account or is_leaving_client) or self._may_book_held_back():
            return
        client = self.env["res.partner"].browse(vals.get("partner_id")).commercial_partner_id
        for item in self.filtered(lambda item: item.balance < 0 and item.move_id.posted_before):
            if item.account_type == "asset_receivable" and (
                (is_leaving_account and item._is_leaving_excluded(account))
                or (is_leaving_client and item._is_leaving_blocked(client))
            ):
                raise AccessError(
                    self.env._(
                        "%(client)s, %(document)s: this can't be refunded, so it can't be moved to a client or an "
                        "account that can be refunded. Ask an accountant or an administrator of refunds.",
                        client=item.partner_id.display_name,
                        document=item.move_id.display_name,
                    )
                )

    @api.model
    def _may_book_held_back(self):
        return self.env.su or any(
            self.env.user.has_group(group)
            for group in ("account.group_account_user", "client_refund.group_client_refund_administer")
        )

    def _is_leaving_excluded(self, account):
        excluded = self.company_id._get_client_refund_excluded_accounts()
        return self.account_id in excluded and account not in excluded

    def _is_leaving_blocked(self, client):
        left = self.partner_id.commercial_partner_id
        # a block on any contact counts, seen or not by who corrects the client
        blocked = (left | client)._search_client_refund_blocking().commercial_partner_id
        return left != client and left in blocked and client not in blocked
