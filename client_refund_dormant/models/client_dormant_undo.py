from odoo import fields, models

from odoo.addons.client_refund.tools.exact import check_exact, get_expected_residuals
from odoo.addons.client_refund.tools.groups import check_may_answer
from odoo.addons.client_refund.tools.problems import get_reason_problems, parse_date, raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_dormant_credit import OPEN_STATES


class ClientDormantUndo(models.Model):
    """How a hand-over is taken back: the credits are open as before, and the trail is kept."""

    _inherit = "client.dormant.credit"  # pylint: disable=consider-merging-classes-inherited

    def action_undo(self, reason, date=None):
        """Take these hand-overs back: the client turned up, or it was a mistake.

        The entry is canceled; in a locked period it is reversed on an open date instead.

        :param reason: str, why
        :param date: date or str, of the reversal where one is needed; today if none is given
        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: with all that is wrong with all of them; then none is undone
        """
        check_may_answer(self.env)
        date = parse_date(self.env, date) or fields.Date.context_today(self)
        registers = with_workflow(self)
        registers._check_state("handed_over")
        registers._lock_credits()
        raise_problems([*get_reason_problems(self, reason), *registers._get_undo_problems(date)])
        entries = registers._get_standing_entries()
        handed_over = registers.line_ids.filtered("counterpart_id")
        expected = get_expected_residuals(handed_over._get_reopened_amounts())
        to_reverse = entries.filtered(lambda entry: entry._must_be_reversed())
        to_reverse._reverse_for_refund(date, reason)
        (entries - to_reverse).button_cancel()
        check_exact(expected)
        # nobody but the register writes it, so nobody has the right
        handed_over.sudo().counterpart_id = False
        for register in registers:
            register._take_over_younger()
            register.date = False
            register._return_to_contacting()
        registers._message_log_batch(
            {register.id: self.env._("Undone: %(reason)s", reason=reason) for register in registers}
        )
        return True

    def _get_owned_message(self, record):
        if record._name == "account.partial.reconcile":
            return self.env._(
                "%(client)s: %(document)s was handed over with dormant credit %(register)s (%(amount)s). "
                "Open the dormant credit and choose Undo: that opens the credit again.",
                client=record.credit_move_id.partner_id.display_name,
                document=record.credit_move_id.move_id.display_name,
                register=self.name,
                amount=self._format_amount(record.credit_amount_currency),
            )
        return self.env._(
            "%(client)s: %(entry)s hands over %(amount)s of dormant credit %(register)s and can only be changed "
            "from there. Open the dormant credit and choose Undo.",
            client=self.partner_id.display_name,
            entry=record.display_name,
            amount=self._format_amount(),
            register=self.name,
        )

    def _get_standing_entries(self):
        """The entries that hand these over, and were not taken back.

        :return: account.move
        """
        return self.line_ids.counterpart_id.move_id

    def _needs_reversal(self):
        """Whether an entry of these can't be canceled any more."""
        return any(entry._must_be_reversed() for entry in self._get_standing_entries())

    def _get_undo_alerts(self):
        """What becomes of these hand-overs when they are undone.

        :return: dict of banners, `message` and `level`
        """
        if self._needs_reversal():
            message = self.env._(
                "The entry is in a locked period or secured: it is reversed on the date below, and the credits are "
                "open again."
            )
            return {"reversal": {"message": message, "level": "warning"}}
        message = self.env._("The entry is canceled and the credits are open again, as before the hand-over.")
        return {"entry": {"message": message, "level": "info"}}

    def _get_undo_problems(self, date):
        """Why these can't be undone.

        :param date: date of the reversals where some are needed
        """
        for register in self:
            yield from register._get_matched_problems()
            for _entry, problem in register._get_standing_entries()._get_reversal_problems(date):
                yield register, problem

    def _get_matched_problems(self):
        entry = self._get_standing_entries()
        unclaimed = entry.line_ids - self.line_ids.counterpart_id
        matched = (unclaimed.matched_debit_ids.debit_move_id | unclaimed.matched_credit_ids.credit_move_id).move_id
        if not matched:
            return
        problem = self.env._(
            "the unclaimed money of %(entry)s was paid with %(matched)s. If this is wrong, unreconcile the two "
            "first, then undo. If it is right, claim the money back and book it on the client's receivable account: "
            "it is a new credit to refund.",
            entry=entry.display_name,
            matched=", ".join(matched.mapped("display_name")),
        )
        yield self, problem

    def _take_over_younger(self):
        """Credits of the client that got old since are looked for together with these again.

        A hand-over of theirs that somebody asked for would have to be asked for anew.
        """
        self.ensure_one()
        self._take_over(
            self.search(
                [
                    ("id", "!=", self.id),
                    ("state", "in", OPEN_STATES),
                    *((name, "=", self[name].id) for name in ("partner_id", "company_id", "currency_id", "account_id")),
                ]
            )
        )
