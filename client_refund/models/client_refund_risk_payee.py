from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date


class ClientRefundRiskPayee(models.AbstractModel):
    """What is suspicious of who is paid: the payee account, and the client itself."""

    _inherit = "client.refund.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _is_recent(self, changed_on):
        """Whether a change of payee or client is so young that somebody should look."""
        days = self.company_id._get_client_refund_policy().client_refund_bank_change_days
        return bool(days and changed_on) and changed_on >= fields.Datetime.now() - timedelta(days=days)

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
            return self.env._("The money came from account %(origins)s, but it would be paid in cash.", origins=origins)
        return self.env._(
            "The money came from account %(origins)s, but it would go to %(account)s.",
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
            "Account %(account)s also belongs to %(owners)s.",
            account=values["account"],
            owners=", ".join(values["owners"]) or self.env._("somebody else"),
        )

    def _get_other_holder_risk(self):
        account = self.partner_bank_id
        return {"account": account.acc_number, "holder": account.acc_holder_name} if account._has_other_holder() else {}

    def _describe_other_holder(self, values):
        return self.env._("The holder of account %(account)s is %(holder)s, not the client.", **values)

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
    # The client
    # -------------------------------------------------------------------------

    def _get_changed_client_risk(self, findings):
        """A stranger with an old account may have been made the client's contact, or its parent, just now."""
        moved = findings.moved_partners[self.partner_id].filtered(
            lambda partner: self._is_recent(partner.client_refund_moved_on) and self._is_mixed_up_by(partner)
        )
        return {"partners": moved.mapped("display_name")} if moved else None

    def _describe_changed_client(self, values):
        return self.env._(
            "%(partners)s was recently moved to another client, or merged with another client.",
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
        return self._by_client(moved, "commercial_partner_id")
