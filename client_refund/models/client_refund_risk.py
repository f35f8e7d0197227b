from datetime import timedelta
from types import SimpleNamespace

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class ClientRefundRisk(models.AbstractModel):
    """What makes a refund suspicious: seen in the wizard, kept on the refund; whether it waits is the policy's to say.

    Each risk is found (`_get_…_risk`) as values and written (`_describe_…`) in the language of who reads it. Here are
    those of the money that came in, and that went out before; `client_refund_risk_payee.py` has those of who is paid.
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
        items = self.env["account.move.line"]
        credits = items.union(*(record._get_refund_credits() for record in self))
        paid_from_journal = items.union(*(record._get_credits_paid_from_journal() for record in self))
        return SimpleNamespace(
            other_owners=self._search_other_owners(),
            # not those that were taken back
            similar_refunds=self._search_refunds_lately(
                Domain("company_id", "in", self.company_id.ids) & Domain("state", "!=", "canceled"),
                "client_refund_duplicate_days",
            ),
            moved_partners=self._search_moved_partners(),
            blocked_invoices=self._search_blocked_invoices(),
            uncleared_receipts=paid_from_journal._filter_uncleared(),
            excluded_accounts=credits._get_excluded_accounts(),
        )

    def _is_paying(self):
        """Whether money leaves: a refund that only settles open invoices runs no risk."""
        return bool(self.currency_id) and not self.currency_id.is_zero(self.amount)

    def _is_paying_from_journal(self):
        """Whether money leaves from the chosen journal, to the chosen payee account."""
        return self._is_paying()

    def _get_credits_paid_from_journal(self):
        """The chosen credits whose money leaves from the chosen journal."""
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
    # The risks of the money
    # -------------------------------------------------------------------------

    def _get_uncleared_risk(self, findings):
        uncleared = findings.uncleared_receipts
        receipts = self._get_credits_paid_from_journal()._get_refund_sources() & uncleared if uncleared else uncleared
        return {"documents": receipts.move_id.mapped("display_name")} if receipts else None

    def _describe_uncleared(self, values):
        return self.env["account.move.line"]._get_uncleared_message(values["documents"])

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
            "A journal entry moved %(documents)s from account %(accounts)s, which is never refunded.",
            documents=", ".join(values["documents"]),
            accounts=", ".join(values["accounts"]),
        )

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
            "%(refunds)s paid these credits before and was undone. Make sure that the money did not leave.",
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
        return self._by_client(blocked, "partner_id.commercial_partner_id")

    def _get_duplicate_risk(self, findings):
        """A credit can't be paid twice, its parts and other documents can be refunded: what is looked for is one that
        was booked twice.
        """
        duplicates = findings.similar_refunds[self.partner_id].filtered(
            lambda refund: (
                refund != self._get_own_refund()
                and refund.company_id == self.company_id
                and refund.currency_id == self.currency_id
                and not self.currency_id.compare_amounts(refund.amount, self.amount)
                and self._is_within_days(refund, "client_refund_duplicate_days")
                and self._get_refund_credits()._may_be_booked_twice(refund._get_refund_credits())
            )
        )
        if not duplicates:
            return None
        return {
            "ids": duplicates.ids,
            "refunds": [[refund.name, fields.Date.to_string(refund.date), refund.state] for refund in duplicates],
        }

    def _describe_duplicate(self, values):
        states = dict(self.env["client.refund"]._fields["state"]._description_selection(self.env))
        return self.env._(
            "The same amount was recently refunded or asked for, for what looks like the same document: %(refunds)s.",
            refunds=", ".join(
                f"{name} ({format_date(self.env, date)}, {states[state]})" for name, date, state in values["refunds"]
            ),
        )

    def _is_within_days(self, refund, setting):
        """Whether another refund is of about the same time, by its date or by when it was made or asked for.

        The date is what the clerk says; when it was made or asked for is not.

        :param setting: str, the field of the policy that says within how many days
        """
        days = self.company_id._get_client_refund_policy()[setting]
        window = timedelta(days=days)
        asked_on = refund.requested_on or refund.create_date
        date = self.date or fields.Date.context_today(self)
        return bool(days) and (abs(refund.date - date) <= window or asked_on >= fields.Datetime.now() - window)

    def _search_refunds_lately(self, domain, setting):
        """The refunds of these clients within a number of days, as `_is_within_days` may find them.

        :param domain: Domain, which of them
        :return: dict, res.partner: client.refund
        """
        window = timedelta(days=max(self.company_id._get_client_refund_policy().mapped(setting), default=0))
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
        return self._by_client(refunds, "partner_id.commercial_partner_id")

    def _by_client(self, records, path):
        """What was found of these clients, by client.

        :param path: str, the fields that lead from a record to its client
        :return: dict, res.partner: records
        """
        found = records.grouped(lambda record: record.mapped(path).id)
        return {
            client: found.get(client._origin.commercial_partner_id.id, records.browse()) for client in self.partner_id
        }
