from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.client_refund.tools.exact import check_exact
from odoo.addons.client_refund.tools.problems import raise_problems

# An entry may be dated at the end of a month that is not over, but not in a year that was mistyped.
MAX_DAYS_AHEAD = 31


class ClientDormantHandOver(models.Model):
    """How dormant credits are handed over to the account for unclaimed money: nothing is written off."""

    _inherit = "client.dormant.credit"  # pylint: disable=consider-merging-classes-inherited

    unclaimed_account_id = fields.Many2one(
        "account.account",
        compute="_compute_unclaimed_account_id",
        help="Where the money is booked when the hand-over is approved.",
    )

    @api.depends("company_id")
    def _compute_unclaimed_account_id(self):
        for register in self:
            register.unclaimed_account_id = register._get_unclaimed_account()

    # -------------------------------------------------------------------------
    # What is wrong with it
    # -------------------------------------------------------------------------

    def _get_hand_over_problems(self):
        """Why these can't be handed over, read after their credits are locked."""
        blocks = self.partner_id._get_client_refund_blocks()
        self.line_ids.move_line_id._get_excluded_accounts()  # read for all credits at once
        for register in self:
            if block := blocks.get(register.partner_id):
                yield register, block
            yield from register._get_attempt_problems()
            yield from register._get_booking_problems()
            yield from ((register, refusal) for line in register.line_ids if (refusal := line._get_refusal()))

    def _get_attempt_problems(self):
        needed = self.company_id._get_client_refund_policy().client_refund_dormant_attempts
        if self.attempt_count >= needed:
            return
        problem = self.env._(
            "%(made)s of %(needed)s attempts to reach the client are logged. Write to the client or call first.",
            made=self.attempt_count,
            needed=needed,
        )
        yield self, problem

    def _get_booking_problems(self):
        if self.currency_id.is_zero(self.amount):
            yield self, self.env._("its credits are not open any more, so there is nothing to hand over.")
            return
        date = self._get_hand_over_date()
        latest = fields.Date.add(fields.Date.context_today(self), days=MAX_DAYS_AHEAD)
        if date > latest:
            problem = self.env._(
                "%(date)s is too far in the future. Choose a date up to %(latest)s, or leave it empty for the day of "
                "the approval.",
                date=format_date(self.env, date),
                latest=format_date(self.env, latest),
            )
            yield self, problem
        yield from self._get_lock_problems(date, self.company_id._get_client_refund_unclaimed_journal())

    def _get_lock_problems(self, date, journal):
        if refusal := self.company_id._get_client_refund_lock_refusal(date, journal):
            yield self, refusal

    def _get_hand_over_date(self):
        return self.date or fields.Date.context_today(self)

    # -------------------------------------------------------------------------
    # Book
    # -------------------------------------------------------------------------

    def _book_hand_over(self):
        """Book these approved hand-overs, one entry each, and reconcile each credit with its own item of it.

        :raise UserError: unless each credit is settled exactly; everything is rolled back
        """
        for register in self:
            register.write({"state": "handed_over", "date": register._get_hand_over_date()})
        lines = self.line_ids._filter_handed_over()
        entries = self.env["account.move"].create([register._prepare_entry_vals() for register in self])
        entries.action_post()
        for register, entry in zip(self, entries, strict=True):
            register.line_ids._link_counterparts(entry)
        self.env["account.move.line"]._reconcile_pairs((line.move_line_id, line.counterpart_id) for line in lines)
        for register in self:
            register.line_ids.counterpart_id.matched_credit_ids._set_refund_owner(register)
        check_exact(dict.fromkeys(lines.move_line_id, 0.0))
        self._check_handed_over_exactly()
        self._message_log_batch(
            {
                register.id: self.env._(
                    "Handed over %(amount)s to %(account)s: %(entry)s.",
                    amount=register._format_amount(),
                    account=register._get_unclaimed_account().display_name,
                    entry=entry._get_html_link(),
                )
                for register, entry in zip(self, entries, strict=True)
            }
        )

    def _get_unclaimed_account(self):
        # the policy of a parent company counts also for who may not see it
        return self.company_id._get_client_refund_policy().client_refund_unclaimed_account_id.sudo(False)

    def _prepare_entry_vals(self):
        """The values of the entry that hands this over.

        Amounts are those that the credits are booked with: to move a debt from account to account is no payment, so
        there is no exchange difference.
        """
        self.ensure_one()
        lines = self.line_ids._filter_handed_over()
        return {
            "move_type": "entry",
            "client_dormant_id": self.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "journal_id": self.company_id._get_client_refund_unclaimed_journal().id,
            "ref": self.env._(
                "Unclaimed money of %(client)s: %(register)s", client=self.partner_id.name, register=self.name
            ),
            "line_ids": [
                *(Command.create(line._prepare_counterpart_vals()) for line in lines),
                Command.create(
                    {
                        "account_id": self._get_unclaimed_account().id,
                        "amount_currency": -sum(lines.mapped("amount")),
                        "balance": -sum(lines.mapped("amount_company_currency")),
                        "currency_id": self.currency_id.id,
                        "name": self.env._("Unclaimed money: %(register)s", register=self.name),
                        "partner_id": self.partner_id.id,
                    }
                ),
            ],
        }

    # -------------------------------------------------------------------------
    # Exactness: asserted before the transaction ends
    # -------------------------------------------------------------------------

    def _check_handed_over_exactly(self):
        """Refuse to go on unless the entries hand over what was approved, on the date that was, and nothing else.

        :raise UserError: everything is rolled back
        """
        raise_problems(
            (
                register,
                self.env._(
                    "its entry does not hand over exactly what was approved. Nothing was done. Please report this."
                ),
            )
            for register in self
            if not register._is_handed_over_exactly()
        )

    def _is_handed_over_exactly(self):
        self.ensure_one()
        lines = self.line_ids._filter_handed_over()
        entry = lines.counterpart_id.move_id
        unclaimed = entry.line_ids - lines.counterpart_id
        return (
            len(entry) == len(unclaimed) == 1
            and entry.state == "posted"
            and entry.date == self.date
            and unclaimed.account_id == self._get_unclaimed_account()
            and not self.currency_id.compare_amounts(unclaimed.amount_currency, -self.amount)
            and all(line._is_settled_exactly() for line in lines)
        )
