from collections import defaultdict
from datetime import timedelta
from types import SimpleNamespace

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class ClientRefundRisk(models.AbstractModel):
    """What makes a refund suspicious: seen in the wizard, kept on the refund; whether it waits is the policy's to say.

    Each risk is found (`_get_…_risk`) as values and written (`_describe_…`) in the language of who reads it.
    """

    _inherit = "client.refund.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _get_risks(self):
        """The risks of these refunds.

        :return: dict, record: dict of kind of risk: values, as `_describe` takes them
        """
        findings = self._get_findings_for_risks()
        return {record: record._get_own_risks(findings) if record._is_paying() else {} for record in self}

    def _get_findings_for_risks(self):
        """What the risks of these refunds are judged by, read once for all of them.

        An addon that looks at more adds an attribute of its own.

        :return: an object with `other_owners` (dict, res.partner.bank: res.partner, who has the number on file too),
            `uncleared_receipts` (account.move.line), `excluded_accounts` (dict, account.move.line: account.account,
            that a credit was taken over from), and by client (dict, res.partner: records) `similar_refunds`,
            `moved_partners` and `blocked_invoices`
        """
        return SimpleNamespace(
            other_owners=self._search_other_owners(),
            similar_refunds=self._get_similar_refunds(),
            moved_partners=self._search_moved_partners(),
            blocked_invoices=self._search_blocked_invoices(),
            uncleared_receipts=self._get_uncleared_receipts(),
            excluded_accounts=self._get_all_credits()._get_excluded_accounts(),
        )

    def _is_paying(self):
        """Whether money leaves: a refund that only settles open invoices runs no risk."""
        return bool(self.currency_id) and not self.currency_id.is_zero(self.amount)

    def _is_paying_from_journal(self):
        """Whether money leaves from the chosen journal, to the chosen payee account."""
        return self._is_paying()

    def _get_credits_paid_from_journal(self):
        """The chosen credits whose money leaves from the chosen journal.

        :return: account.move.line
        """
        return self._get_refund_credits()

    def _get_own_risks(self, findings):
        """The risks of one refund.

        :param findings: as of `_get_findings_for_risks`
        :return: dict, kind of risk: values
        """
        self.ensure_one()
        risks = {
            "other_origin": self._get_other_origin_risk(),
            "changed_account": self._get_changed_account_risk(),
            "untrusted_account": self._get_untrusted_account_risk(),
            "shared_account": self._get_shared_account_risk(findings),
            "other_holder": self._get_other_holder_risk(),
            "changed_client": self._get_changed_client_risk(findings),
            "uncleared": self._get_uncleared_risk(findings),
            "taken_over": self._get_taken_over_risk(findings),
            "paid_before": self._get_paid_before_risk(),
            "blocked_invoice": self._get_blocked_invoice_risk(findings),
            "duplicate": self._get_duplicate_risk(findings),
        }
        return {kind: values for kind, values in risks.items() if values}

    # -------------------------------------------------------------------------
    # The payee account
    # -------------------------------------------------------------------------

    def _get_other_origin_risk(self):
        origins = self._get_refund_credits()._get_refund_origin_numbers()
        is_cash = self.journal_id.type == "cash"
        account = self.partner_bank_id
        if not origins or (not is_cash and account and all(account._is_number(number) for number in origins)):
            return None
        return {"origins": sorted(origins), "account": account.acc_number, "is_cash": is_cash}

    def _describe_other_origin(self, values):
        origins = ", ".join(values["origins"])
        if values["is_cash"]:
            return self.env._("The money came from account %(origins)s, it would be paid in cash.", origins=origins)
        return self.env._(
            "The money came from account %(origins)s, it would go to %(account)s.",
            origins=origins,
            account=values["account"] or self.env._("no known account"),
        )

    def _get_changed_account_risk(self):
        """Not where another person has looked: who trusted the account is the second pair of eyes."""
        account = self.partner_bank_id._origin
        if not account or not self._is_recent(account._get_entered_on()):
            return None
        if account._get_voucher() - account._get_entered_by() - self._get_contributors():
            return None
        return {
            "account": account.acc_number,
            "date": fields.Date.to_string(account._get_entered_on()),
            "days": self.company_id._get_client_refund_policy().client_refund_bank_change_days,
        }

    def _describe_changed_account(self, values):
        return self.env._(
            "Account %(account)s was created or changed on %(date)s, less than %(days)s days ago.",
            account=values["account"],
            date=format_date(self.env, values["date"]),
            days=values["days"],
        )

    def _get_changed_client_risk(self, findings):
        """A stranger with an old account may have been made the client's contact, or its parent, just now."""
        moved = findings.moved_partners[self.partner_id].filtered(
            lambda partner: self._is_recent(partner.client_refund_moved_on) and self._is_mixed_up_by(partner)
        )
        return {"partners": moved.mapped("display_name")} if moved else None

    def _describe_changed_client(self, values):
        return self.env._(
            "%(partners)s was given another parent company, or merged with another client, lately.",
            partners=", ".join(values["partners"]),
        )

    def _is_mixed_up_by(self, moved):
        """Whether the client is paid what only a contact that joined it was owed, or the other way round.

        What a contact brought and gets itself, or has nothing to do with, is as it was.

        :param moved: res.partner, a contact of the client, or the client itself: it left another one, or was merged
        """
        client = self.partner_id.commercial_partner_id._origin
        if moved == client:
            return True
        payee = self.partner_bank_id._origin.partner_id or client
        # core gives the journal items to the new parent, the documents stay with the contact
        owed = self._get_refund_credits().move_id.mapped("partner_id.id")
        has_unknown = not all(credit.move_id.partner_id for credit in self._get_refund_credits())
        family = {moved.id, *moved.with_context(active_test=False).search([("id", "child_of", moved.id)]).ids}
        return has_unknown or len({partner in family for partner in (payee.id, *owed)}) > 1

    def _search_moved_partners(self):
        """The contacts of these clients that were ever given another parent.

        :return: dict, res.partner: res.partner
        """
        # a contact that was moved to another company counts all the same
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        moved = partners.search(
            [
                ("commercial_partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("client_refund_moved_on", "!=", False),
            ]
        )
        by_client = moved.grouped("commercial_partner_id")
        return {
            client: by_client.get(client._origin.commercial_partner_id, moved.browse()) for client in self.partner_id
        }

    def _is_recent(self, changed_on):
        """Whether a change of payee or client is so young that somebody should look."""
        days = self.company_id._get_client_refund_policy().client_refund_bank_change_days
        return bool(days and changed_on) and changed_on >= fields.Datetime.now() - timedelta(days=days)

    def _get_untrusted_account_risk(self):
        account = self.partner_bank_id
        return {"account": account.acc_number} if account and not account.allow_out_payment else None

    def _describe_untrusted_account(self, values):
        return self.env._("Account %(account)s is not marked as trusted.", **values)

    def _get_shared_account_risk(self, findings):
        owners = findings.other_owners[self.partner_bank_id]
        if not owners:
            return None
        # by name those that who asks may see
        names = owners._filtered_access("read").mapped("display_name")
        return {"account": self.partner_bank_id.acc_number, "owners": names}

    def _describe_shared_account(self, values):
        return self.env._(
            "Account %(account)s is on file for %(owners)s too.",
            account=values["account"],
            owners=", ".join(values["owners"]) or self.env._("somebody else"),
        )

    def _get_other_holder_risk(self):
        account = self.partner_bank_id
        return {"account": account.acc_number, "holder": account.acc_holder_name} if account._has_other_holder() else {}

    def _describe_other_holder(self, values):
        return self.env._("Account %(account)s is in the name of %(holder)s, not in the client's.", **values)

    def _search_other_owners(self):
        """Who else has the number of these payee accounts on file, seen or not by the user.

        :return: dict, res.partner.bank: res.partner, commercial partners
        """
        accounts = self.partner_bank_id
        if not accounts:
            return defaultdict(self.env["res.partner"].browse)
        # archived, or of another company, it is somebody else's all the same
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        same_number = banks.search([("sanitized_acc_number", "in", accounts.mapped("sanitized_acc_number"))])
        owners = same_number.grouped("sanitized_acc_number")
        return defaultdict(
            self.env["res.partner"].browse,
            {
                account: (
                    owners.get(account.sanitized_acc_number, same_number.browse()).partner_id.commercial_partner_id
                    - account.partner_id.commercial_partner_id
                ).sudo(False)
                for account in accounts
            },
        )

    # -------------------------------------------------------------------------
    # The money that came in, and that went out before
    # -------------------------------------------------------------------------

    def _get_uncleared_risk(self, findings):
        uncleared = findings.uncleared_receipts
        receipts = self._get_credits_paid_from_journal()._get_refund_sources() & uncleared if uncleared else uncleared
        return {"documents": receipts.move_id.mapped("display_name")} if receipts else None

    def _describe_uncleared(self, values):
        return self.env["account.move.line"]._get_uncleared_message(values["documents"])

    def _get_uncleared_receipts(self):
        """The receipts behind the credits of all these refunds whose money may still go back.

        :return: account.move.line
        """
        items = self.env["account.move.line"]
        return items.union(*(record._get_credits_paid_from_journal() for record in self))._filter_uncleared()

    def _get_taken_over_risk(self, findings):
        """Trust money may have become the client's own; whether it has is for somebody to look at."""
        credits = self._get_refund_credits().filtered(lambda credit: credit in findings.excluded_accounts)
        if not credits:
            return None
        accounts = self.env["account.account"].union(*(findings.excluded_accounts[credit] for credit in credits))
        return {
            "documents": credits.move_id.mapped("display_name"),
            "accounts": accounts.mapped("display_name"),
        }

    def _describe_taken_over(self, values):
        return self.env._(
            "%(documents)s was taken over by a journal entry from account %(accounts)s, which is never refunded.",
            documents=", ".join(values["documents"]),
            accounts=", ".join(values["accounts"]),
        )

    def _get_all_credits(self):
        """The chosen credits of all these refunds.

        :return: account.move.line
        """
        return self.env["account.move.line"].union(*(record._get_refund_credits() for record in self))

    def _get_paid_before_risk(self):
        """A payment that was taken back may have left all the same."""
        if not self.company_id._get_client_refund_policy().client_refund_duplicate_days:
            return None
        lines = self._get_refund_credits().filtered("is_in_refund").client_refund_line_ids
        others = lines.filtered(lambda line: line.refund_id != self._get_own_refund())
        paid_before = others.filtered(lambda line: line._may_have_left()).refund_id
        return {"refunds": paid_before.mapped("name")} if paid_before else None

    def _describe_paid_before(self, values):
        return self.env._(
            "%(refunds)s paid these credits before and was taken back. See that the money did not leave.",
            refunds=", ".join(values["refunds"]),
        )

    def _get_blocked_invoice_risk(self, findings):
        """Where invoices must be settled first, one that is blocked can't be; it may have been blocked for that."""
        blocked = findings.blocked_invoices[self.partner_id].filtered(
            lambda item: self.company_id in item.company_id.parent_ids
        )
        if not blocked or self.company_id._get_client_refund_policy().client_refund_offset_policy != "require":
            return None
        return {"invoices": blocked.move_id.mapped("display_name")}

    def _describe_blocked_invoice(self, values):
        return self.env._(
            "%(invoices)s is blocked, so it can't be settled first.", invoices=", ".join(values["invoices"])
        )

    def _search_blocked_invoices(self):
        """What is open of the blocked invoices of these clients.

        :return: dict, res.partner: account.move.line
        """
        items = self.env["account.move.line"]
        blocked = items.search(
            items._get_blocked_invoice_domain()
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.commercial_partner_id._origin.ids)
        )
        by_client = blocked.grouped(lambda item: item.partner_id.commercial_partner_id)
        return {
            client: by_client.get(client._origin.commercial_partner_id, blocked.browse()) for client in self.partner_id
        }

    def _get_duplicate_risk(self, findings):
        duplicates = self._get_duplicates(findings)
        if not duplicates:
            return None
        return {
            "ids": duplicates.ids,
            "refunds": [[refund.name, fields.Date.to_string(refund.date), refund.state] for refund in duplicates],
        }

    def _describe_duplicate(self, values):
        states = dict(self.env["client.refund"]._fields["state"]._description_selection(self.env))
        return self.env._(
            "The same amount was refunded or asked for lately, for what looks like the same document: %(refunds)s.",
            refunds=", ".join(
                f"{name} ({format_date(self.env, date)}, {states[state]})" for name, date, state in values["refunds"]
            ),
        )

    def _get_duplicates(self, findings):
        """The refunds of the same amount within the company's number of days, for what may be the same document.

        A credit can't be paid twice, its parts and other documents can be refunded: what is looked for is one that was
        booked twice.

        :param findings: as of `_get_findings_for_risks`
        :return: client.refund
        """
        days = self.company_id._get_client_refund_policy().client_refund_duplicate_days
        return findings.similar_refunds[self.partner_id].filtered(
            lambda refund: (
                refund != self._get_own_refund()
                and refund.company_id == self.company_id
                and refund.currency_id == self.currency_id
                and not self.currency_id.compare_amounts(refund.amount, self.amount)
                and self._is_within_days(refund, days)
                and self._get_refund_credits()._may_be_booked_twice(refund._get_refund_credits())
            )
        )

    def _is_within_days(self, refund, days):
        """Whether another refund is of about the same time, by its date or by when it was made or asked for.

        The date is what the clerk says; when it was made or asked for is not.
        """
        window = timedelta(days=days)
        asked_on = refund.requested_on or refund.create_date
        date = self.date or fields.Date.context_today(self)
        return bool(days) and (abs(refund.date - date) <= window or asked_on >= fields.Datetime.now() - window)

    def _get_similar_refunds(self):
        """The refunds that these clients were given or asked for lately; not those that were taken back.

        :return: dict, res.partner: client.refund
        """
        return self._search_refunds_lately(
            Domain("company_id", "in", self.company_id.ids) & Domain("state", "!=", "canceled"),
            max(self.company_id._get_client_refund_policy().mapped("client_refund_duplicate_days"), default=0),
        )

    def _search_refunds_lately(self, domain, days):
        """The refunds of these clients within a number of days, as `_is_within_days` may find them.

        :param domain: Domain, which of them
        :return: dict, res.partner: client.refund
        """
        window = timedelta(days=days)
        since = fields.Datetime.now() - window
        dates = [record.date or fields.Date.context_today(self) for record in self] or [fields.Date.today()]
        lately = (
            (Domain("date", ">=", min(dates) - window) & Domain("date", "<=", max(dates) + window))
            | Domain("requested_on", ">=", since)
            | Domain("create_date", ">=", since)
        )
        clients = self.partner_id.commercial_partner_id
        refunds = self.env["client.refund"].search(
            domain & lately & Domain("partner_id.commercial_partner_id", "in", clients.ids)
        )
        by_client = refunds.grouped(lambda refund: refund.partner_id.commercial_partner_id.id)
        return {
            client: by_client.get(client._origin.commercial_partner_id.id, refunds.browse())
            for client in self.partner_id
        }

    def _get_own_refund(self):
        """The refund that these terms are of, or are going to be of.

        :return: client.refund
        """
        raise NotImplementedError
