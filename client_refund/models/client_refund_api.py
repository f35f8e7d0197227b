from collections import Counter

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from .client_refund_numbers import with_number_later
from .client_refund_waterfall import settle_oldest_first


class ClientRefundApi(models.Model):
    """How a program asks for a refund: one call, clear faults, harmless when repeated."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def create_refund(self, values):
        """Refund a client in one call. Repeated with the same `external_reference`, it refunds once.

        :param values: dict with

            * ``partner_id``: id of the client or one of its contacts
            * ``company_id``, ``currency_id``, ``journal_id``, ``payment_method_line_id``, ``partner_bank_id``,
              ``date``, ``memo``, ``reason_id``, ``send_notice``: optional, with the defaults of the wizard
            * ``lines``: optional list of ``{"move_line_id": id, "amount": positive amount in the refund's currency}``;
              without it every open credit of the client in the currency that nothing holds back, as far as it is not
              reserved; a receipt that may still bounce must be named
            * ``offset``: optional bool, whether open invoices are settled from the credits first, due first; without it
              as the policy of the company proposes
            * ``external_reference``: optional str, unique per company

            None and False are as not given, but for False in ``offset`` and ``send_notice``
        :return: int, the id of the refund, which waits where it needs approval; for an `external_reference` already
            used the id of the refund that it made, whatever has become of that
        :raise UserError: names what is wrong; then nothing was done
        """
        values = self._check_refund_values(values)
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        if known := self._find_repeated(company, values):
            return known.id
        lines = values.pop("lines", None)
        if lines is None:
            lines = self._get_all_credit_lines(values, company)
        offset = values.pop("offset", None)
        if offset is None:
            offset = company._get_client_refund_policy().client_refund_offset_policy in ("propose", "require")
        values["line_ids"] = [fields.Command.create(line) for line in lines]
        if offset:
            values["offset_ids"] = [
                fields.Command.create(vals) for vals in self._prepare_offset_vals_list(values, lines, company)
            ]
        refund = with_number_later(self)._create_once([{**values, "company_id": company.id}])
        refund.action_submit()
        return refund.id

    def _find_repeated(self, company, values):
        """The refund that an earlier call with the same `external_reference` made.

        :param values: dict, checked values of `create_refund`
        :return: client.refund, empty where the reference is new or there is none
        :raise UserError: if the reference was used for another client or currency: this is no repetition
        """
        reference = values.get("external_reference")
        known = self.browse()
        if reference:
            known = self.search([("company_id", "=", company.id), ("external_reference", "=", reference)], limit=1)
        client = self._get_client(values["partner_id"])
        if known and (
            client != known.partner_id or values.get("currency_id", known.currency_id.id) != known.currency_id.id
        ):
            raise UserError(
                self.env._(
                    "%(client)s: external reference %(reference)s was used for %(known_client)s, refund %(refund)s "
                    "over %(amount)s. Nothing was done. Give each refund a reference of its own.",
                    client=client.display_name,
                    reference=reference,
                    known_client=known.partner_id.display_name,
                    refund=known.name,
                    amount=known._format_amount(),
                )
            )
        return known

    def _create_once(self, vals_list):
        """Make draft refunds whose external references no refund has that this transaction can see.

        :param vals_list: list of dict, values of refunds
        :return: client.refund
        :raise ConcurrencyError: if another call with the same reference was faster: replayed, this one finds what
            that made
        """
        try:
            with self.env.cr.savepoint():
                return self.create(vals_list)
        except UniqueViolation as error:
            if error.diag.constraint_name != self._external_reference_uniq.full_name(self):
                raise
            raise ConcurrencyError(str(error)) from error

    def _get_all_credit_lines(self, values, company):
        """Every open credit of a client, as values of `lines`, in the given currency or the only one there is."""
        items = self.env["account.move.line"]
        client = self._get_client(values.get("partner_id"))
        credits = items.search(items._get_open_credit_domain() & items._get_client_domain(client, company))
        currency = self.env["res.currency"].browse(values.get("currency_id")) or credits.currency_id
        if len(currency) > 1:
            raise UserError(
                self.env._(
                    "%(client)s has open credits in %(currencies)s. Refund one currency at a time: give currency_id.",
                    client=client.display_name,
                    currencies=", ".join(currency.mapped("name")),
                )
            )
        credits = credits.filtered(lambda credit: credit.currency_id == currency)
        held_back = credits._get_held_back()
        if credits and len(held_back) == len(credits):
            raise UserError(
                self.env._(
                    "%(client)s: there is nothing to refund. %(reasons)s",
                    client=client.display_name,
                    reasons=" ".join(dict.fromkeys(text for _code, text in held_back.values())),
                )
            )
        return [
            {"move_line_id": credit.id, "amount": credit.amount_refundable}
            for credit in credits
            if credit not in held_back
        ]

    def _prepare_offset_vals_list(self, values, lines, company):
        """What the chosen credits settle of what the client owes, due first.

        :param values: dict, as `create_refund` takes it
        :param lines: list of dict, values of the chosen credits
        :return: list of dict, values of offsets
        """
        credits = self.env["account.move.line"].browse([line["move_line_id"] for line in lines])
        currency = self.env["res.currency"].browse(values.get("currency_id")) or credits.currency_id[:1]
        invoices = credits._search_open_invoices(self._get_client(values["partner_id"]), company, currency)
        settled = Counter()
        for _credit, invoice, amount in settle_oldest_first(
            [
                (credit, credit.account_id, line.get("amount", credit.amount_refundable))
                for credit, line in zip(credits, lines, strict=True)
            ],
            [(invoice, invoice.account_id, invoice.amount_residual_currency) for invoice in invoices],
            currency,
        ):
            settled[invoice] += amount
        return [{"move_line_id": invoice.id, "amount": amount} for invoice, amount in settled.items()]
