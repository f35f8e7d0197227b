from odoo import fields, models

# A client with a login may read the company, and is not to know below which amount nobody looks.
INTERNAL_GROUP = "base.group_user"


class ResCompany(models.Model):
    """The firm's policy: who may pay whom, how much, and what is settled first."""

    _inherit = "res.company"

    client_refund_approval_policy = fields.Selection(
        groups=INTERNAL_GROUP,
        selection=[
            ("never", "Never"),
            ("risk", "If there is a risk"),
            ("above", "If there is a risk, or above an amount"),
            ("always", "Always"),
        ],
        string="Approval of Refunds",
        required=True,
        default="never",
        help="When another user must approve a refund. Never: nothing waits; risks such as a recently changed payee "
        "account are shown and kept on the refund. If there is a risk: only such refunds wait. Above an amount: "
        "larger refunds wait too. Always: every refund waits.",
    )
    client_refund_approval_amount = fields.Monetary(
        groups=INTERNAL_GROUP,
        string="Approval Above",
        currency_field="currency_id",
        help="Refunds above this amount need approval, converted at the date of the refund.",
    )
    client_refund_only_by_refund = fields.Boolean(
        groups=INTERNAL_GROUP,
        string="Pay Clients Back Only by Refunds",
        help="Pay on credit notes opens the refund, and payments to clients without a refund can't be posted, except "
        "by administrators of refunds and by Odoo itself (refunds of online payments, point of sale).",
    )
    client_refund_split_days = fields.Integer(
        groups=INTERNAL_GROUP,
        string="Count Together (days)",
        default=30,
        help="Refunds of one client within this number of days count together, so that no amount is split below a "
        "limit. 0: each refund counts on its own.",
    )
    client_refund_bank_change_days = fields.Integer(
        groups=INTERNAL_GROUP,
        string="New Payee Account (days)",
        default=30,
        help="A payee account is a risk if its number or owner was entered within this number of days, unless "
        "another user has marked it as trusted. 0: never.",
    )
    client_refund_duplicate_days = fields.Integer(
        groups=INTERNAL_GROUP,
        string="Same Refund Again (days)",
        default=14,
        help="A refund of the same amount to the same client within this number of days, for what looks like the same "
        "document, is a risk. 0: never.",
    )
    client_refund_offset_policy = fields.Selection(
        groups=INTERNAL_GROUP,
        selection=[
            ("ignore", "Ignore"),
            ("warn", "Warn"),
            ("propose", "Propose to settle"),
            ("require", "Require to settle"),
        ],
        string="Open Invoices",
        required=True,
        default="warn",
        help="What happens if a client who is refunded also has open invoices. Ignore: nothing. Warn: a banner is "
        "shown. Propose: the open invoices are ticked, to settle them from the credits first. Require: nothing is "
        "paid out while the credits could settle an open invoice.",
    )
    client_refund_excluded_account_ids = fields.Many2many(
        "account.account",
        groups=INTERNAL_GROUP,
        relation="client_refund_excluded_account_rel",
        string="Never Refunded",
        domain="[('account_type', '=', 'asset_receivable')]",
        help="Receivable accounts whose credits are never refunded, such as those that hold trust money.",
    )
    client_refund_journal_ids = fields.Many2many(
        "account.journal",
        groups=INTERNAL_GROUP,
        relation="client_refund_journal_rel",
        string="Refund Journals",
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]",
        help="The journals that refunds may be paid from. None: all of them.",
    )
    client_refund_send_notice = fields.Boolean(
        groups=INTERNAL_GROUP,
        string="Send Refund Notices",
        help="Whether clients get a notice by email when their refund is booked. This can be changed on each refund.",
    )

    def _get_client_refund_policy(self):
        """The company whose policy holds: a branch has none of its own, or refunds would be made where it is lax.

        :return: res.company
        """
        # the policy of a parent counts also for who may not see the parent
        return self.sudo().root_id

    def _is_client_refund_approval_wanted(self):
        """Whether refunds may have to wait for somebody else at all."""
        return self._get_client_refund_policy().client_refund_approval_policy != "never"

    def _get_client_refund_policy_reason(self, total):
        """Why the policy wants an approval of an amount, whatever the risks.

        :param total: amount in the currency of the company
        :return: dict, code: values
        """
        policy = self._get_client_refund_policy()
        limit = policy.client_refund_approval_amount
        if policy.client_refund_approval_policy == "always":
            return {"always": {}}
        if policy.client_refund_approval_policy == "above" and self.currency_id.compare_amounts(total, limit) > 0:
            return {"above": {"total": self.currency_id.round(total), "limit": limit}}
        return {}

    def _get_client_refund_excluded_accounts(self):
        """The receivable accounts whose credits this company or those above it never refund."""
        # the settings of a parent count also for who may not see the parent
        return self.sudo().parent_ids.client_refund_excluded_account_ids.sudo(False)

    def _get_client_refund_bank_accounts(self):
        """The accounts of the bank, cash and card journals: money leaves from them only through their own."""
        journals = self.env["account.journal"]
        return journals.search(
            [*journals._check_company_domain(self), ("type", "in", ("bank", "cash", "credit"))]
        ).default_account_id

    def _get_client_refund_lock_refusal(self, date, journal):
        """Why nothing can be booked on a date.

        :param journal: account.journal
        :return: str, None where something can
        """
        violated = self._get_violated_lock_dates(date, False, journal)
        if not violated:
            return None
        return self.env._(
            "%(date)s is in a locked period (%(locks)s). Choose a later date.",
            date=fields.Date.to_string(date),
            locks=self._format_lock_dates(violated),
        )

    def _get_client_refund_responsible(self, *users):
        """Who learns of what has to be done: somebody who left, or may not any more, would never look.

        :param users: res.users, whom it concerns most first
        :return: res.users, the first of them who prepares refunds in this company, else another one who does; none
            where nobody does
        """
        self.ensure_one()
        # who may prepare refunds is not the asker's to read
        preparers = (
            self.env.ref("client_refund.group_client_refund_prepare")
            .sudo()
            .all_user_ids.filtered(lambda user: user.active and not user.share and self in user.company_ids)
        )
        return next((user for user in users if user in preparers), preparers.sorted("id")[:1]).sudo(False)
