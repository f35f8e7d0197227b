from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL, split_every

from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_dormant_credit import CONTACT_STATES, OPEN_STATES

CHUNK = 1000


class ClientDormantGather(models.Model):
    """How credits that have got old come into the register, and how it follows what becomes of them."""

    _inherit = "client.dormant.credit"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_gather(self):
        """Let the register follow the ledger, then enter what has got old enough.

        Commits after each chunk, and ends when the scheduler's time is over: what is left is done the next time.
        """
        self._drop_approvals_of_closed()
        followed = self._search_not_followed_today()
        credits = self._search_dormant_credits(self.env["res.company"].search([]), self._get_not_entered_domain())
        work = [
            *((self._follow_today, chunk) for chunk in split_every(CHUNK, followed.ids, followed.browse)),
            *((self._gather, chunk) for chunk in split_every(CHUNK, credits.ids, credits.browse)),
        ]
        left = len(followed) + len(credits)
        for act, chunk in work:
            act(chunk)
            left -= len(chunk)
            if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=left):
                break

    @api.model
    def _drop_approvals_of_closed(self):
        closed = Domain("state", "=", "closed") & Domain("activity_ids", "!=", False)
        self.search(closed).activity_unlink([self._approval_activity])

    @api.model
    def _search_not_followed_today(self):
        today = Domain("followed_on", "=", fields.Date.context_today(self))
        return self.search(Domain("state", "in", OPEN_STATES) & ~today, order="followed_on NULLS FIRST, id")

    @api.model
    def _follow_today(self, registers):
        """Look what is open of these: most is seen when it happens, but not that a document was blocked.

        :param registers: client.dormant.credit
        """
        registers._follow_credits()
        with_workflow(registers).followed_on = fields.Date.context_today(self)

    @api.model
    def _get_not_entered_domain(self):
        """What is in no open register of its client.

        :return: Domain of account.move.line
        """
        self.env["client.dormant.credit.line"].flush_model(["move_line_id", "register_id"])
        self.flush_model(["partner_id", "state"])
        self.env["account.move.line"].flush_model(["partner_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        entered = SQL(
            """(
            SELECT line.move_line_id
              FROM client_dormant_credit_line line
              JOIN client_dormant_credit register ON register.id = line.register_id
              JOIN account_move_line item ON item.id = line.move_line_id
              JOIN res_partner contact ON contact.id = item.partner_id
             WHERE register.state IN %s AND contact.commercial_partner_id = register.partner_id
            )""",
            OPEN_STATES,
        )
        return Domain("id", "not in", entered)

    @api.model
    def _search_dormant_credits(self, companies, domain=Domain.TRUE):
        """The open credits of these companies that are old enough for the register, oldest first.

        :return: account.move.line
        """
        items = self.env["account.move.line"]
        credits = items._search_open_credits(companies._get_client_dormant_domain() & domain)
        # what a journal entry took over from an account that is never refunded, is not either
        return credits - items.union(*credits._get_excluded_accounts())

    @api.model
    def _gather(self, credits):
        """Enter credits: those of a client, company, currency and account together, if any is looked for already.

        What was asked for stays as it is: who approves it has seen that.

        :param credits: account.move.line, open credits
        :return: client.dormant.credit, those they are in, new or not
        """
        own = with_workflow(self)
        row_key = self.env["client.credit"]._get_row_key
        opened = own.search(
            [("state", "in", OPEN_STATES), ("partner_id", "in", credits.partner_id.commercial_partner_id.ids)]
        )
        by_key = {row_key(register): register for register in opened}
        fresh = (credits - opened.line_ids.filtered(lambda line: line._is_own()).move_line_id).grouped(row_key)
        joining = {
            register: items
            for key, items in fresh.items()
            if (register := by_key.get(key)) and register.state in CONTACT_STATES
        }
        # nobody but the register writes it, so nobody has the right
        created = (
            own.sudo()
            .create([self._prepare_register_vals(*key, items) for key, items in fresh.items() if key not in by_key])
            .sudo(False)
        )
        own._join(joining)
        entered = created.union(*(by_key[key] for key in map(row_key, credits) if key in by_key))
        return self.browse(entered.ids)  # not in the hands of the register any more

    @api.model
    def _prepare_register_vals(self, client, company, currency, account, credits):
        """The values of a new register.

        :param credits: account.move.line
        """
        return {
            "partner_id": client.id,
            "company_id": company.id,
            "currency_id": currency.id,
            "account_id": account.id,
            "line_ids": [Command.create({"move_line_id": credit.id}) for credit in credits],
        }

    def _join(self, joining):
        """Enter more credits of clients who are looked for.

        :param joining: dict, client.dormant.credit: account.move.line
        """
        # nobody but the register writes it, so nobody has the right
        self.line_ids.sudo().create(
            [
                {"register_id": register.id, "move_line_id": credit.id}
                for register, credits in joining.items()
                for credit in credits
            ]
        )
        self.union(*joining)._message_log_batch(
            {
                register.id: self.env._(
                    "Now old enough: %(documents)s.", documents=", ".join(credits.move_id.mapped("display_name"))
                )
                for register, credits in joining.items()
            }
        )

    def _take_over(self, others):
        """Look for the client of these others, which is the same, here; the others are closed.

        :raise UserError: if one of the others waits for approval
        """
        others = with_workflow(others)
        others._check_state(*CONTACT_STATES)
        known = self.line_ids.move_line_id
        # nobody but the register writes it, so nobody has the right
        others.line_ids.filtered(lambda line: line.move_line_id not in known).sudo().register_id = self
        others.state = "closed"
        others.flush_recordset(["state"])  # before this is open again: there is one that is
        others._message_log_batch(
            {
                other.id: self.env._("%(register)s now contains these credits.", register=self._get_html_link())
                for other in others
            }
        )

    @api.model
    def _reopen(self, credits):
        """Look again for the clients of credits that were used and are open again, with what was tried before.

        :param credits: account.move.line
        """
        known = credits.filtered("is_in_register")
        if not known:
            return
        row_key = self.env["client.credit"]._get_row_key
        registers = self.sudo()  # the register follows whoever books
        closed = registers.search(
            [("state", "=", "closed"), ("line_ids.move_line_id", "in", known.ids)], order="id desc"
        ).filtered(lambda register: register.line_ids._filter_unused())
        opened = registers.search([("state", "in", OPEN_STATES), ("partner_id", "in", closed.partner_id.ids)])
        taken = set(map(row_key, opened))
        reopened = registers.browse()
        for register in with_workflow(closed):
            if row_key(register) not in taken:  # else its credits join the one that is open
                taken.add(row_key(register))
                register.state = "contacting" if register.attempt_count else "to_contact"
                reopened |= register
        reopened._follow_credits()
        reopened._message_log_batch(
            {
                register.id: self.env._("Its credits are open again, so the client must be contacted.")
                for register in reopened
            }
        )

    @api.model
    def _join_clients(self, clients):
        """Look for clients who become one together.

        :param clients: res.partner
        :return: client.dormant.credit, those that are open still
        :raise UserError: if one of several that come together waits for approval
        """
        opened = self.search([("state", "in", OPEN_STATES), ("partner_id", "in", clients.ids)], order="id")
        for together in opened.grouped(
            lambda register: (register.company_id, register.currency_id, register.account_id)
        ).values():
            if len(together) > 1:
                together._check_state(*CONTACT_STATES)
                together[0]._take_over(together[1:])
        return opened.filtered(lambda register: register.state in OPEN_STATES)

    def _follow_credits(self):
        """Look what is open of the credits by now."""
        self.line_ids._follow_credits()
