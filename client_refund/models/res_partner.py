from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, ormcache

from ..tools.groups import READER_GROUPS
from ..tools.lists import open_list, open_records

# Whose family a contact is of.
FAMILY_FIELDS = frozenset({"commercial_partner_id", "is_company", "parent_id"})


class ResPartner(models.Model):
    _inherit = "res.partner"

    client_refund_count = fields.Integer(
        compute="_compute_client_refund_buttons",
        groups=READER_GROUPS,
        help="The number of refunds that were created for this client.",
    )
    # not Monetary: to round one amount in the form of a client, core makes environments anew
    client_credit_open = fields.Float(
        string="Open Credit",
        compute="_compute_client_refund_buttons",
        groups=READER_GROUPS,
        help="The open credits of the client in the selected companies, in all currencies.",
    )
    client_credit_refundable = fields.Monetary(
        string="Refundable",
        compute="_compute_client_credit_refundable",
        groups=READER_GROUPS,
        help="The open credits, less what is reserved and what is never refunded.",
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
    client_refund_moved_on = fields.Datetime(
        string="Moved to Another Client On",
        readonly=True,
        copy=False,
        groups=READER_GROUPS,
        help="When the contact was moved to another client, became a separate client, or was merged with a contact "
        "of another client.",
    )

    @api.depends_context("company", "allowed_company_ids")
    def _compute_client_refund_buttons(self):
        """What the smart buttons say. Most who have a form are owed nothing: one quick query tells so."""
        owed, counts = self._look_for_credits_and_refunds()
        sums = self._sum_up_open_credits(owed)
        for partner in self:
            client = partner.commercial_partner_id
            partner.client_refund_count = counts[client.id]
            partner.client_credit_open = partner._convert_client_credits(sums[client.id])

    @api.depends_context("company", "allowed_company_ids")
    def _compute_client_credit_refundable(self):
        """What the worklist says: to work out what can be refunded takes longer than to open a form."""
        sums = self.filtered("client_credit_open").commercial_partner_id._sum_up_refundable_credits()
        for partner in self:
            partner.client_credit_refundable = partner._convert_client_credits(sums[partner.commercial_partner_id])

    @api.constrains("client_refund_blocked", "client_refund_block_reason")
    def _check_client_refund_block_reason(self):
        self.env.registry.clear_cache()  # of whether there are any blocks
        for partner in self:
            if partner.client_refund_blocked and not (partner.client_refund_block_reason or "").strip():
                raise ValidationError(
                    self.env._("Enter the reason why refunds to %(client)s are blocked.", client=partner.display_name)
                )

    def write(self, vals):
        if {"client_refund_blocked", "client_refund_block_reason"} & vals.keys():
            self._check_may_lift_block(vals)
        if "client_refund_moved_on" in vals and not self.env.su:
            self._check_moved_on_kept(vals["client_refund_moved_on"])
        if not FAMILY_FIELDS & vals.keys():
            return super().write(vals)
        # what was written tells nothing: the same value moves nobody, and core takes `is_company` out of the values
        families = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda partner: partner.commercial_partner_id != families[partner])
        if moved:
            moved._check_block_not_lifted(families)
            # kept whoever moves the contact
            moved.sudo().client_refund_moved_on = fields.Datetime.now()
        return result

    def unlink(self):
        self._check_may_lift_block({"client_refund_blocked": False})
        return super().unlink()

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard for this client.

        :raise UserError: if these are contacts of several clients
        """
        if len(self._get_refund_client()) != 1:
            raise UserError(
                self.env._(
                    "Refund one client at a time. Choose one of %(names)s.",
                    names=", ".join(self.commercial_partner_id.mapped("display_name")),
                )
            )
        return self.env["client.refund.wizard"]._open({"partner_id": self.commercial_partner_id.id})

    def action_open_client_credits(self):
        """Open the worklist on these clients, or where it has one row, the wizard for it."""
        rows = self.env["client.credit"].search(self._get_client_credit_domain(), limit=2)
        if len(rows) == 1 and self.env["client.refund.wizard"].has_access("create"):
            return rows.action_refund_client()
        return open_list(
            self.commercial_partner_id,
            "client_refund.action_client_credit_of_client",
            domain=self._get_client_credit_domain(),
        )

    def action_open_client_refunds(self):
        """Open the refunds of this client."""
        refunds = self.env["client.refund"].search(self._get_client_refund_domain())
        return open_records(
            refunds,
            self.commercial_partner_id,
            "client_refund.action_client_refund_of_client",
            self.env._("Client Refunds"),
        )

    # -------------------------------------------------------------------------
    # Whose credits and refunds these are
    # -------------------------------------------------------------------------

    def _get_refund_client(self):
        """The clients that these contacts belong to.

        What was brought over from another system may not say: core works it out, as for a new contact.

        :return: res.partner
        """
        if missing := self.filtered(lambda partner: not partner.commercial_partner_id):
            self.env.add_to_compute(missing._fields["commercial_partner_id"], missing)
        return self.commercial_partner_id

    def _look_for_credits_and_refunds(self):
        """Whom something may be owed to, and how many refunds there were, whatever the user may see of it.

        :return: (dict, int: int, contacts that something may be owed to, with their clients;
            Counter, int: number of refunds of these clients in the selected companies)
        """
        owed, counts = {}, Counter()
        # who may read a contact may know whose it is: to go through the rules for that takes longer than all else here
        ids = tuple(self.sudo().commercial_partner_id.ids)
        if not ids:
            return owed, counts
        # where nothing waits to be written, as in a form, this is faster than to look at each field that is asked for
        self.env.flush_all()
        # subqueries of one value are planned once and without the others, which takes most of the time
        self.env.cr.execute(
            SQL(
                """
                SELECT contact.id,
                       COALESCE(contact.commercial_partner_id, contact.id),
                       (
                           SELECT TRUE
                             FROM account_move_line item
                            WHERE item.partner_id = contact.id
                              AND item.account_id = ANY (
                                  ARRAY(SELECT id FROM account_account WHERE account_type = 'asset_receivable')
                              )
                              AND item.parent_state = 'posted'
                              AND item.reconciled IS NOT TRUE
                              AND item.amount_residual_currency < 0
                            LIMIT 1
                       ),
                       (
                           SELECT COUNT(*)
                             FROM client_refund refund
                            WHERE refund.partner_id = contact.id
                              AND refund.company_id IN %(companies)s
                              AND refund.state != 'canceled'
                       )
                  FROM res_partner contact
                 WHERE contact.commercial_partner_id IN %(ids)s OR contact.id IN %(ids)s
                """,
                companies=tuple(self.env.companies.ids),
                ids=ids,
            )
        )
        for contact_id, client_id, is_owed, count in self.env.cr.fetchall():
            counts[client_id] += count
            if is_owed:
                owed[contact_id] = client_id
        return owed, counts

    @api.model
    def _sum_up_open_credits(self, contacts):
        """What clients are owed in each of the selected companies.

        :param contacts: dict, int: int, contacts with their clients
        :return: dict, int: list of (res.company, amount in its currency), of each client
        """
        sums = defaultdict(list)
        if not contacts:
            return sums
        self.env.flush_all()
        open_credits, is_open_credit = self.env["account.move.line"]._get_open_credit_sql()
        # of the companies that the record rules let see; what is open at all is what the worklist says
        self.env.cr.execute(
            SQL(
                """
                SELECT account_move_line.partner_id,
                       account_move_line.company_id,
                       SUM(-account_move_line.amount_residual)
                  FROM %(open_credits)s
                 WHERE account_move_line.partner_id IN %(contacts)s
                   AND account_move_line.company_id IN %(companies)s
                   AND %(is_open_credit)s
              GROUP BY 1, 2
                """,
                open_credits=open_credits,
                is_open_credit=is_open_credit,
                contacts=tuple(contacts),
                companies=tuple(self.env.companies.ids),
            )
        )
        for contact_id, company_id, amount in self.env.cr.fetchall():
            sums[contacts[contact_id]].append((self.env["res.company"].browse(company_id), amount))
        return sums

    def _sum_up_refundable_credits(self):
        """What of it can be refunded.

        :return: dict, res.partner: list of [res.company, amount in its currency]
        """
        sums = defaultdict(list)
        if self:
            rows = self.env["client.credit"]._of_clients(self.ids).with_context(client_credit_only_sums=True)
            for client, *values in rows._read_group(
                self._get_client_credit_domain(),
                ["partner_id", "company_id"],
                ["amount_refundable_company_currency:sum"],
            ):
                sums[client].append(values)
        return sums

    def _get_client_credit_domain(self):
        return [("partner_id", "in", self.commercial_partner_id.ids)]

    def _get_client_refund_domain(self):
        """The refunds of these clients, also those from before a client got another parent."""
        return [("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)]

    def _convert_client_credits(self, sums):
        """Amounts in the currencies of companies, in the one of the client's other figures, as of today.

        :param sums: list of (res.company, amount)
        """
        if not sums:
            return 0.0
        return self.currency_id.round(
            sum(
                amount
                if self.currency_id == company.currency_id
                else company.currency_id._convert(amount, self.currency_id, company)
                for company, amount in sums
            )
        )

    # -------------------------------------------------------------------------
    # Blocked
    # -------------------------------------------------------------------------

    @api.model
    @ormcache()
    def _has_client_refund_blocks(self):
        """Whether anybody is blocked at all: most firms need not look whom an ordinary change concerns."""
        everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        return bool(everybody.search_count([("client_refund_blocked", "=", True)], limit=1))

    def _search_client_refund_blocking(self):
        """The contacts of these clients that are blocked: archived, or of another company, they are all the same.

        :return: res.partner, in the hands of nobody who may not see them
        """
        return (
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

    def _get_client_refund_blocks(self):
        """Why nothing is refunded to these clients.

        A block on any of its contacts counts, so that no block is lifted by giving the client another parent.

        :return: dict, res.partner: str, of those that are blocked
        """
        by_client = self._search_client_refund_blocking().grouped("commercial_partner_id")
        return {
            client: self.env._(
                "refunds to %(client)s are blocked: %(reason)s. An administrator of refunds can lift the block.",
                client=by_client[client.commercial_partner_id][0].display_name,
                reason=by_client[client.commercial_partner_id][0].client_refund_block_reason,
            )
            for client in self
            if client.commercial_partner_id in by_client
        }

    def _check_may_lift_block(self, vals):
        """Refuse to change the block of a blocked client: setting it is free, lifting it is for administrators.

        :param vals: dict, what becomes of it
        :raise AccessError: names the client
        """
        # whoever changes the client may not see that it is blocked
        blocked = self.sudo().filtered(
            lambda partner: (
                partner.client_refund_blocked
                and any(
                    vals[name] != partner[name]
                    for name in ("client_refund_blocked", "client_refund_block_reason")
                    if name in vals
                )
            )
        )
        if blocked and not self.env.user.has_group("client_refund.group_client_refund_administer"):
            raise AccessError(
                self.env._(
                    "Refunds to %(clients)s are blocked. Ask an administrator of refunds to lift the block.",
                    clients=", ".join(blocked.mapped("display_name")),
                )
            )

    def _check_block_not_lifted(self, families):
        """Refuse to have moved these out of a blocked family, or a block out of theirs: that would lift the block.

        :param families: dict, res.partner: the commercial partner that it had
        :raise AccessError: names contact and client; administrators of refunds may
        """
        if self.env.su or self.env.user.has_group("client_refund.group_client_refund_administer"):
            return
        if not self._has_client_refund_blocks():
            return
        blocked = (self.browse().union(*families.values()) | self)._search_client_refund_blocking()
        for partner in self if blocked else ():
            old_family = families[partner]
            stays = blocked.filtered_domain([("commercial_partner_id", "=", old_family.id)])
            comes = blocked.filtered_domain([("commercial_partner_id", "=", partner.commercial_partner_id.id)])
            goes = blocked.filtered_domain([("id", "child_of", partner.ids)])
            if (stays and not comes) or (goes and not stays and old_family != partner):
                # the reason of a block is for accounting alone
                raise AccessError(
                    self.env._(
                        "Refunds to %(client)s are blocked, so %(contact)s can't be removed from it. Ask an "
                        "administrator of refunds.",
                        client=old_family.display_name,
                        contact=partner.display_name,
                    )
                )

    def _check_moved_on_kept(self, moved_on):
        """:raise AccessError: if that is not when these were moved; core writes what is there where it merges them"""
        kept = fields.Datetime.to_datetime(moved_on) or False
        if any(partner.client_refund_moved_on != kept for partner in self.sudo()):
            raise AccessError(self.env._("The date when a contact was moved can't be changed."))
