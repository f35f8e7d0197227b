from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import float_is_zero, format_amount

from .client_refund_item import is_finite


class ClientRefundImportCheck(models.Model):
    """Which rows of a file can become refunds, and of which credits: all rows are looked at together."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _check_import_rows(self, rows):
        """Refuse the rows that can't become refunds, and give the others their credits.

        :param rows: list of ImportRow
        """
        by_company = defaultdict(list)
        for row in rows:
            if not row.problem and (problem := self._get_import_problem(row.values)):
                row.refuse(problem)
            if not row.problem:
                by_company[self._get_import_company(row)].append(row)
        taken = defaultdict(float)
        for company, of_company in by_company.items():
            self._refuse_known_references(company, of_company)
            self._choose_import_credits(company, [row for row in of_company if not row.problem], taken)

    @api.model
    def _get_import_company(self, row):
        return self.env["res.company"].browse(row.values.get("company_id")) or self.env.company

    @api.model
    def _get_import_problem(self, values):
        """What is wrong with a row by itself.

        :param values: dict, what the row says
        :return: str or None
        """
        amount = values.get("amount_to_refund", 0.0)
        if not values.get("partner_id"):
            return self.env._("it has no client. Give the name or reference of one.")
        if not values.get("external_reference"):
            return self.env._(
                "it has no reference. Give each row an external reference of its own: by that the row is known when "
                "the file is imported again."
            )
        if not is_finite(amount) or amount <= 0:
            return self.env._("the amount must be a positive number. Correct it.")
        return None

    def _refuse_known_references(self, company, rows):
        """Refuse what is imported already, and what comes twice in the file."""
        references = [row.values["external_reference"] for row in rows]
        known = {
            refund.external_reference: refund
            for refund in self.search([("company_id", "=", company.id), ("external_reference", "in", references)])
        }
        first_rows = {}
        for row in rows:
            reference = row.values["external_reference"]
            if refund := known.get(reference):
                row.refuse(
                    self.env._(
                        "it is imported already, as refund %(refund)s of %(client)s over %(amount)s (%(state)s).",
                        refund=refund.name,
                        client=refund.partner_id.display_name,
                        amount=refund._format_amount(),
                        state=refund._get_state_label(),
                    )
                )
            elif first := first_rows.get(reference):
                row.refuse(
                    self.env._(
                        "row %(number)s has the same reference. Give each row a reference of its own.",
                        number=first.number,
                    )
                )
            else:
                first_rows[reference] = row

    def _choose_import_credits(self, company, rows, taken):
        """Give each row open credits of its client, the oldest first, up to its amount; the next what is left of them.

        :param taken: dict, account.move.line: amount that the rows before have taken
        """
        partners = self.env["res.partner"].browse([row.values["partner_id"] for row in rows])
        clients = partners.commercial_partner_id
        items = self.env["account.move.line"]
        credits = items.search(
            items._get_open_credit_domain()
            & Domain("partner_id.commercial_partner_id", "in", clients.ids)
            & Domain("company_id", "child_of", company.id),
            order="date, id",
        )
        held_back = credits._get_held_back()
        by_client = credits.grouped(lambda credit: credit.partner_id.commercial_partner_id)
        for row, partner in zip(rows, partners, strict=True):
            self._take_import_credits(row, by_client.get(partner.commercial_partner_id, items), held_back, taken)

    def _take_import_credits(self, row, credits, held_back, taken):
        """Let a row take what it wants of its client's open credits, or refuse it.

        :param credits: account.move.line, the client's, oldest first
        :param held_back: dict, account.move.line: (code, text), which are not taken, and why
        :param taken: dict, account.move.line: amount that the rows before have taken
        """
        refundable = credits.filtered(lambda credit: credit not in held_back)
        currency = self.env["res.currency"].browse(row.values.get("currency_id")) or refundable.currency_id
        if len(currency) > 1:
            row.refuse(
                self.env._(
                    "the client has open credits in %(currencies)s. Give the currency.",
                    currencies=", ".join(currency.mapped("name")),
                )
            )
            return
        currency = currency or self._get_import_company(row).currency_id
        amount = row.values["amount_to_refund"]
        if not float_is_zero(currency.round(amount) - amount, precision_digits=6):
            row.refuse(
                self.env._("the amount has more decimals than %(currency)s. Round it first.", currency=currency.name)
            )
            return
        left = currency.round(amount)
        for credit in refundable.filtered(lambda credit: credit.currency_id == currency):
            share = currency.round(min(left, credit.amount_refundable - taken[credit]))
            if share > 0:
                row.credits.append((credit, share))
                left = currency.round(left - share)
        if left > 0:
            problem = self.env._(
                "only %(open)s of it is open and not held by other refunds or rows. Refund at most that.",
                open=format_amount(self.env, currency.round(amount) - left, currency),
            )
            reasons = (text for credit, (_code, text) in held_back.items() if credit in credits)
            row.refuse(" ".join(dict.fromkeys([problem, *reasons])))
            return
        for credit, share in row.credits:
            taken[credit] = currency.round(taken[credit] + share)
