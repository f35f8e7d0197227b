from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_amount

from odoo.addons.client_refund.models.client_refund_numbers import with_number_later
from odoo.addons.client_refund.tools.amounts import get_settled
from odoo.addons.client_refund.tools.background import get_error_text
from odoo.addons.client_refund.tools.problems import group_problems
from odoo.addons.client_refund.tools.workflow import with_workflow


class ClientRefundRunPrepare(models.Model):
    """What a run makes of the credits that match: draft refunds, and a list of what is left out and why."""

    _inherit = "client.refund.run"  # pylint: disable=consider-merging-classes-inherited

    client_count = fields.Integer(readonly=True, copy=False, help="The number of clients with matching credits.")
    clients_done = fields.Integer(readonly=True, copy=False)
    last_client_id = fields.Integer(readonly=True, copy=False, help="The work goes on after this client.")

    def action_prepare(self):
        """Make draft refunds of the credits that match, which hold them, and a list of what is left out and why.

        Nothing is paid. A first part is done at once, the rest in the background.

        :return: True
        :raise UserError: if the journal or the date can't be used
        """
        for run in self._as_own_work():
            run._check_state("draft")
            run._check_terms()
            run.client_count = self.env["res.partner"].search_count([("id", "in", run._get_clients_query())])
            run._note_request()
            run._start("preparing")
            run._process_chunk()
        return True

    def _check_terms(self):
        """:raise UserError: if no refund of this run could be issued, as its journal and its date are"""
        self.ensure_one()
        if not self.payment_method_line_id:
            raise UserError(
                self.env._("Refund run %(run)s: choose a journal and a payment method first.", run=self.name)
            )
        if violated := self.company_id._get_violated_lock_dates(self.date, False, self.journal_id):
            raise UserError(
                self.env._(
                    "Refund run %(run)s: %(date)s is in a locked period (%(locks)s). Choose a later date.",
                    run=self.name,
                    date=fields.Date.to_string(self.date),
                    locks=self.company_id._format_lock_dates(violated),
                )
            )

    def _prepare_chunk(self, size):
        """Prepare the refunds of the next clients.

        :param size: int, of how many clients at most
        :return: int, how many clients
        """
        # the next clients are those after the last ones: this is for one process at a time
        if not self.try_lock_for_update(allow_referencing=True):
            raise ConcurrencyError(f"{self} is prepared by another process")
        clients = self._search_next_clients(size)
        if not clients:
            return 0
        items = self.env["account.move.line"]
        credits = items.search(
            self._get_credit_domain() & Domain("partner_id.commercial_partner_id", "in", clients.ids),
            order="date, id",
        )
        credits = self._leave_out_credits(credits)
        self._make_refunds(self._prepare_refund_vals_list(credits))
        self.write({"last_client_id": clients[-1].id, "clients_done": self.clients_done + len(clients)})
        return len(clients)

    def _search_next_clients(self, size):
        """The next clients that have credits that match, by their id so that the work can go on at any time."""
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners.search(
            [("id", "in", self._get_clients_query()), ("id", ">", self.last_client_id)], order="id", limit=size
        )

    def _finish_preparing(self):
        self.state = "prepared"
        self._tell(self.env._("Prepared: %(count)s refunds to review.", count=self.refund_count))

    # -------------------------------------------------------------------------
    # Left out
    # -------------------------------------------------------------------------

    def _leave_out_credits(self, credits):
        """Note which of these credits can't be refunded, and why.

        :param credits: account.move.line
        :return: account.move.line, the others
        """
        reasons = self._get_reasons_to_leave_out(credits)
        groups = defaultdict(credits.browse)
        for credit, (kind, _reason) in reasons.items():
            groups[credit.partner_id.commercial_partner_id, credit.currency_id, kind] |= credit
        self.env["client.refund.run.skip"].create(
            [
                self._prepare_skip_vals(
                    client,
                    currency,
                    kind,
                    -sum(group.mapped("amount_residual_currency")),
                    "\n".join(dict.fromkeys(reasons[credit][1] for credit in group)),
                )
                for (client, currency, kind), group in groups.items()
            ]
        )
        return credits.filtered(lambda credit: credit not in reasons)

    def _prepare_skip_vals(self, client, currency, kind, amount, reason):
        """The values of what tells that something is left out.

        :param amount: positive amount in the currency
        """
        return {
            "run_id": self.id,
            "partner_id": client.id,
            "currency_id": currency.id,
            "kind": kind,
            "amount": amount,
            "reason": reason,
        }

    def _get_reasons_to_leave_out(self, credits):
        """Why this run leaves some of these credits out: they are held back, or the client also owes.

        :return: dict, account.move.line: (kind, str), of those that are left out
        """
        found = credits._get_held_back()
        if self.owing_policy == "skip":
            owed = self._search_owed_by(credits.partner_id.commercial_partner_id)
            for credit in credits:
                client = credit.partner_id.commercial_partner_id
                if credit not in found and client in owed:
                    invoices = ", ".join(owed[client].move_id.mapped("display_name"))
                    found[credit] = ("also_owes", self.env._("Owes %(invoices)s.", invoices=invoices))
        return found

    def _search_owed_by(self, clients):
        """What these clients owe the company, in any currency, what is in dispute included.

        :return: dict, res.partner: account.move.line
        """
        items = self.env["account.move.line"]
        return items.search(
            items._get_open_item_domain()
            & Domain("amount_residual_currency", ">", 0)
            & Domain("partner_id.commercial_partner_id", "in", clients.ids)
            & Domain("company_id", "child_of", self.company_id.id)
        ).grouped(lambda item: item.partner_id.commercial_partner_id)

    # -------------------------------------------------------------------------
    # Draft refunds
    # -------------------------------------------------------------------------

    def _prepare_refund_vals_list(self, credits):
        """The values of the refunds of these credits: one for each client and currency, unless it is too small.

        :return: list of dict
        """
        vals_list = []
        for currency, of_currency in credits.grouped("currency_id").items():
            by_client = of_currency.grouped(lambda credit: credit.partner_id.commercial_partner_id)
            invoices = self._get_invoices_to_settle(of_currency.partner_id.commercial_partner_id, currency)
            for client, group in by_client.items():
                amounts = {credit: credit.amount_refundable for credit in group}
                settled = get_settled(amounts, invoices.get(client, group.browse()), currency)
                amount = sum(amounts.values()) - sum(settled.values())
                minimum = self._get_minimum(currency)
                if currency.compare_amounts(amount, minimum) < 0:
                    self._leave_out_too_small(client, currency, amount, minimum)
                else:
                    vals_list.append(self._prepare_refund_vals(client, currency, group, settled))
        return vals_list

    def _leave_out_too_small(self, client, currency, amount, minimum):
        reason = self.env._(
            "%(amount)s is below the minimum of %(minimum)s.",
            amount=format_amount(self.env, amount, currency),
            minimum=format_amount(self.env, minimum, currency),
        )
        self.env["client.refund.run.skip"].create(
            [self._prepare_skip_vals(client, currency, "minimum", amount, reason)]
        )

    def _get_invoices_to_settle(self, clients, currency):
        """What these clients owe, due first, where it is settled first.

        :return: dict, res.partner: account.move.line
        """
        if self.owing_policy != "offset":
            return {}
        items = self.env["account.move.line"]._search_open_invoices(clients, self.company_id, currency)
        return items.grouped(lambda item: item.partner_id.commercial_partner_id)

    def _prepare_refund_vals(self, client, currency, credits, settled):
        """The values of the refund of one client.

        :param credits: account.move.line
        :param settled: dict, account.move.line, an open invoice: positive amount in the currency
        """
        vals = {
            "run_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": client.id,
            "currency_id": currency.id,
            "date": self.date,
            "journal_id": self.journal_id.id,
            "payment_method_line_id": self.payment_method_line_id.id,
            "reason_id": self.reason_id.id,
            "send_notice": self.send_notice,
            "line_ids": [
                Command.create({"move_line_id": credit.id, "amount": credit.amount_refundable}) for credit in credits
            ],
            "offset_ids": [
                Command.create({"move_line_id": invoice.id, "amount": amount}) for invoice, amount in settled.items()
            ],
        }
        # without one, the refund takes the text of the reason in the language of the client
        return vals | ({"memo": self.memo} if self.memo else {})

    def _make_refunds(self, vals_list):
        """Make draft refunds; those that could not be issued are left out."""
        self._try_in_batch(vals_list, self._make_issuable_refunds, self._leave_out_unmade)

    def _make_issuable_refunds(self, vals_list):
        refunds = with_workflow(with_number_later(with_workflow(self.env["client.refund"])).create(vals_list))
        problems = group_problems(refunds._get_problems())
        self.env["client.refund.run.skip"].create(
            [
                self._prepare_skip_vals(
                    refund.partner_id, refund.currency_id, "problem", refund.amount_credit, "\n".join(messages)
                )
                for refund, messages in problems.items()
            ]
        )
        refunds.filtered(lambda refund: refund in problems).unlink()
        issuable = refunds.exists()
        for refund, risks in issuable._get_risks().items():
            refund.risks = risks
        issuable._number()

    def _leave_out_unmade(self, vals_list, error):
        [vals] = vals_list
        client = self.env["res.partner"].browse(vals["partner_id"])
        currency = self.env["res.currency"].browse(vals["currency_id"])
        amount = sum(line["amount"] for _command, _id, line in vals["line_ids"])
        self.env["client.refund.run.skip"].create(
            [self._prepare_skip_vals(client, currency, "problem", amount, get_error_text(error))]
        )
