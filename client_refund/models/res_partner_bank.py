import re

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import frozendict

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..tools.names import is_same_name
from ..tools.problems import raise_problems

STAMP_FIELDS = frozenset({"client_refund_changed_on", "client_refund_changed_by_id", "client_refund_trusted_by_id"})
IBAN = re.compile(r"[A-Z]{2}\d{2}(?P<bban>[A-Z0-9]{11,30})")
# A shorter number is contained in another one by chance.
NATIONAL_LENGTH = 6


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"
    # as it is with the clients themselves: a branch pays to the accounts of its parent's contacts
    _check_company_domain = models.check_company_domain_parent_of

    client_refund_changed_on = fields.Datetime(
        string="Entered On",
        readonly=True,
        copy=False,
        help="When the number or the owner of the account was last changed.",
    )
    client_refund_changed_by_id = fields.Many2one("res.users", string="Entered By", readonly=True, copy=False)
    client_refund_trusted_by_id = fields.Many2one(
        "res.users",
        string="Trusted By",
        readonly=True,
        copy=False,
        help="Who marked the account as trusted after it was entered.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_stamps_kept(vals_list)
        return super().create([self._prepare_payee_stamp() | vals for vals in vals_list])

    def write(self, vals):
        self._check_stamps_kept([vals])
        self._filter_redirected(vals)._check_no_refund_on_its_way()
        # with the values, so that they cost nothing; no `write_date`, which core touches with each name of the owner
        for stamp, accounts in self.grouped(lambda account: frozendict(account._prepare_stamp(vals))).items():
            super(ResPartnerBank, accounts).write(stamp | vals)
        return True

    def _has_other_holder(self):
        """Whether this account is in the name of neither its owner nor that one's client."""
        names = (self.partner_id | self.partner_id.commercial_partner_id).mapped("name")
        return bool(self.acc_holder_name) and not any(is_same_name(self.acc_holder_name, name or "") for name in names)

    def _filter_redirected(self, vals):
        """Those of these accounts to which money on its way would not find any more.

        Core merges clients with all rights: their accounts get another owner, and so do the refunds.

        :return: res.partner.bank
        """
        if self.env.su and not {"acc_number", "sanitized_acc_number"} & vals.keys():
            return self.browse()
        return self.filtered(lambda account: account._becomes_another(vals))

    def _check_stamps_kept(self, vals_list):
        """:raise AccessError: if these values say who entered or trusted an account, which is nobody's to say"""
        if not self.env.su and any(STAMP_FIELDS & vals.keys() for vals in vals_list):
            raise AccessError(self.env._("Who entered or trusted a bank account can't be changed."))

    def _prepare_stamp(self, vals):
        """What to keep of a change: another number or owner is another account, trust given is a second pair of eyes.

        :return: dict, empty where these values change neither
        """
        if self._becomes_another(vals):
            return self._prepare_payee_stamp()
        if vals.get("allow_out_payment") and not self.allow_out_payment:
            return {"client_refund_trusted_by_id": self.env.uid}
        return {}

    def _becomes_another(self, vals):
        """Whether values make this another account, or somebody else's; the same again does not."""
        # where both are given core takes the sanitized one
        number = sanitize_account_number(vals.get("sanitized_acc_number") or vals.get("acc_number"))
        owner_id = vals.get("partner_id", self.partner_id.id)
        return (number or self.sanitized_acc_number, owner_id) != (self.sanitized_acc_number, self.partner_id.id)

    @api.model
    def _prepare_payee_stamp(self):
        return {
            "client_refund_changed_on": fields.Datetime.now(),
            "client_refund_changed_by_id": self.env.uid,
            "client_refund_trusted_by_id": False,
        }

    def _get_entered_on(self):
        # one from before the addon was installed
        return self.client_refund_changed_on or self.create_date

    def _get_entered_by(self):
        return self.client_refund_changed_by_id or self.create_uid

    def _get_voucher(self):
        """The person who trusted this account after another one entered it.

        :return: res.users, none where nobody did
        """
        trusted_by = self.client_refund_trusted_by_id
        is_person = trusted_by.id != SUPERUSER_ID
        return trusted_by if self.allow_out_payment and is_person else trusted_by.browse()

    def _filter_numbers(self, numbers):
        """Those of these accounts that one of these numbers means; what is written alike is preferred.

        :param numbers: set of str, sanitized
        :return: res.partner.bank
        """
        meant = self.browse().union(
            *(
                self.filtered(lambda account, number=number: account.sanitized_acc_number == number)
                or self.filtered(lambda account, number=number: account._is_number(number))
                for number in numbers
            )
        )
        return self.filtered(lambda account: account in meant)

    def _is_number(self, number):
        """Whether a number means this account: the same one, or the national one in an IBAN.

        :param number: str, sanitized, as a bank statement says it
        """
        own = self.sanitized_acc_number or ""
        return own == number or _is_national_number(number, own) or _is_national_number(own, number)

    def _check_no_refund_on_its_way(self):
        """Refuse to turn an account into another one while money is on its way to it, and a new account is a risk.

        :raise UserError: names account and refunds
        """
        if not self:
            return
        # whoever changes the account may not see the refunds
        refunds = (
            self.env["client.refund"]
            .sudo()
            .search([("partner_bank_id", "in", self.ids), ("state", "=", "in_process")])
            .filtered(lambda refund: not refund.booked_on or refund._is_recent(refund.booked_on))
        )
        raise_problems(
            (
                refund.partner_bank_id,
                self.env._(
                    "Refund %(refund)s is on its way to account %(account)s, so the account can't be changed. Create "
                    "a new account, or wait until the refund is paid.",
                    refund=refund.name,
                    account=refund.partner_bank_id.acc_number,
                ),
            )
            for refund in refunds
        )


def _is_national_number(number, iban):
    """Whether a number is contained in the national part of an IBAN."""
    match = IBAN.fullmatch(iban)
    return bool(match) and len(number) >= NATIONAL_LENGTH and number in match["bban"]
