from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .client_refund_groups import READER_GROUPS
from .client_refund_lists import open_list, open_records

# Whose family a contact is of, and who sees it.
FAMILY_FIELDS = frozenset({"active", "commercial_partner_id", "company_id", "is_company", "parent_id"})


class ResPartner(models.Model):
    _inherit = "res.partner"

    client_refund_count = fields.Integer(
        compute="_compute_client_refund_count",
        groups=READER_GROUPS,
        help="How many refunds were made or prepared for this client.",
    )

    client_credit_open = fields.Monetary(
        string="Open Credit",
        compute="_compute_client_credit",
        groups=READER_GROUPS,
        help="What the client is owed in the chosen companies, in all currencies: the total of the client credits.",
    )
    client_credit_refundable = fields.Monetary(
        string="Refundable",
        compute="_compute_client_credit",
        groups=READER_GROUPS,
        help="The same, less what is reserved and what is never refunded.",
    )

    client_refund_blocked = fields.Boolean(
        string="Block Refunds",
        tracking=True,
        copy=False,
        groups=READER_GROUPS,
        help="Nothing is refunded to this client until an administrator of refunds lifts the block.",
    )
    client_refund_block_reason = fields.Char(
        string="Why Refunds Are Blocked",
        tracking=True,
        copy=False,
        groups=READER_GROUPS,
    )

    @api.constrains("client_refund_blocked", "client_refund_block_reason")
    def _check_client_refund_block_reason(self):
        for partner in self:
            if partner.client_refund_blocked and not (partner.client_refund_block_reason or "").strip():
                raise ValidationError(
                    self.env._("Say why refunds to %(client)s are blocked.", client=partner.display_name)
                )

    client_refund_moved_on = fields.Datetime(
        string="Given Another Parent On",
        readonly=True,
        copy=False,
        groups=READER_GROUPS,
        help="When the contact was given another parent company, or was merged with one of another client, and with it "
        "another client's credits and accounts.",
    )

    def write(self, vals):
        if {"client_refund_blocked", "client_refund_block_reason"} & vals.keys():
            self._check_may_lift_block()
        if FAMILY_FIELDS & vals.keys():
            self._check_family_not_blocked()
        if "client_refund_moved_on" in vals and not self.env.su:
            self._check_moved_on_kept(vals["client_refund_moved_on"])
        result = super().write(vals)
        if {"parent_id", "is_company", "commercial_partner_id"} & vals.keys():
            # kept whoever moves the contact
            self.sudo().client_refund_moved_on = fields.Datetime.now()
        return result

    def _check_moved_on_kept(self, moved_on):
        """:raise AccessError: if that is not when these were moved; core writes what is there where it merges them"""
        kept = fields.Datetime.to_datetime(moved_on) or False
        if any(partner.client_refund_moved_on != kept for partner in self.sudo()):
            raise AccessError(self.env._("When a contact was moved can't be changed."))

    def _check_family_not_blocked(self):
        """Refuse to move or hide a contact of a blocked client: that would lift the block.

        :raise AccessError: names the client
        """
        if self.env.su or self.env.user.has_group("client_refund.group_client_refund_administer"):
            return
        # whoever changes the contact may not see that it is blocked
        blocks = self.sudo()._get_client_refund_blocks()
        if blocks:
            raise AccessError("\n".join(blocks.values()))

    def unlink(self):
        self._check_may_lift_block()
        return super().unlink()

    def _check_may_lift_block(self):
        """Refuse to change the block of a blocked client: setting it is free, lifting it is for administrators.

        :raise AccessError: names the client
        """
        # whoever changes the client may not see that it is blocked
        blocked = self.sudo().filtered("client_refund_blocked")
        if blocked and not self.env.user.has_group("client_refund.group_client_refund_administer"):
            raise AccessError(
                self.env._(
                    "Refunds to %(clients)s are blocked. Ask an administrator of refunds to lift the block.",
                    clients=", ".join(blocked.mapped("display_name")),
                )
            )

    def _get_client_refund_blocks(self):
        """Why nothing is refunded to these clients.

        A block on any of its contacts counts, so that no block is lifted by giving the client another parent.

        :return: dict, res.partner: str, of those that are blocked
        """
        # archived, or of another company, a contact is blocked all the same
        blocked = (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("client_refund_blocked", "=", True),
                ]
            )
        )
        by_client = blocked.grouped("commercial_partner_id")
        return {
            client: self.env._(
                "refunds to %(client)s are blocked: %(reason)s. An administrator of refunds can lift the block.",
                client=by_client[client.commercial_partner_id][0].display_name,
                reason=by_client[client.commercial_partner_id][0].client_refund_block_reason,
            )
            for client in self
            if client.commercial_partner_id in by_client
        }

    def _compute_client_refund_count(self):
        counts = Counter()
        for client, count in self.env["client.refund"]._read_group(
            self._get_client_refund_domain(), ["partner_id"], ["__count"]
        ):
            counts[client.commercial_partner_id] += count
        for partner in self:
            partner.client_refund_count = counts[partner.commercial_partner_id]

    @api.depends_context("company", "allowed_company_ids")
    def _compute_client_credit(self):
        sums = defaultdict(list)
        for client, *values in self.env["client.credit"]._read_group(
            self._get_client_credit_domain(),
            ["partner_id", "company_id"],
            ["amount_open_company_currency:sum", "amount_refundable_company_currency:sum"],
        ):
            sums[client].append(values)
        for partner in self:
            partner.client_credit_open = partner.client_credit_refundable = 0.0
            for company, amount_open, amount_refundable in sums[partner.commercial_partner_id]:
                partner.client_credit_open += partner._convert_client_credit(amount_open, company)
                partner.client_credit_refundable += partner._convert_client_credit(amount_refundable, company)

    def _convert_client_credit(self, amount, company):
        """An amount in the currency of a company, in the one of the client's other figures, as of today."""
        return company.currency_id._convert(amount, self.currency_id, company)

    def _get_client_credit_domain(self):
        return [("partner_id", "in", self.commercial_partner_id.ids)]

    def _get_client_refund_domain(self):
        """The refunds of these clients, also those from before a client got another parent."""
        return [("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)]

    def action_refund_client(self):
        """Open the refund wizard for this client.

        :return: an action dictionary
        :raise UserError: if these are contacts of several clients
        """
        if len(self.commercial_partner_id) != 1:
            raise UserError(
                self.env._(
                    "Refund one client at a time: choose one of %(names)s.",
                    names=", ".join(self.commercial_partner_id.mapped("display_name")),
                )
            )
        return self.env["client.refund.wizard"]._open({"partner_id": self.commercial_partner_id.id})

    def action_open_client_credits(self):
        """Open the worklist on these clients, or where it has one row, the wizard for it.

        :return: an action dictionary
        """
        rows = self.env["client.credit"].search(self._get_client_credit_domain(), limit=2)
        if len(rows) == 1 and self.env["client.refund.wizard"].has_access("create"):
            return rows.action_refund_client()
        return open_list(
            self.commercial_partner_id,
            "client_refund.action_client_credit_of_client",
            domain=self._get_client_credit_domain(),
        )

    def action_open_client_refunds(self):
        """Open the refunds of this client.

        :return: an action dictionary
        """
        refunds = self.env["client.refund"].search(self._get_client_refund_domain())
        return open_records(
            refunds,
            self.commercial_partner_id,
            "client_refund.action_client_refund_of_client",
            self.env._("Client Refunds"),
        )
