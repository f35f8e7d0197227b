from collections import Counter

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from .client_refund_item import is_finite
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
              ``date``, ``memo``, ``reason_id``: optional, with the defaults of the wizard
            * ``lines``: optional list of ``{"move_line_id": id, "amount": positive amount in the refund's currency}``;
              without it every open credit of the client in the currency, as far as it is not reserved
            * ``offset``: optional bool, whether open invoices are settled from the credits first, due first; without it
              as the policy of the company proposes
            * ``external_reference``: optional str, unique per company
        :return: int, the id of the refund, which waits where it needs approval; for an `external_reference` already
            used the id of the refund that it made
        :raise UserError: names what is wrong; then nothing was done
        """
        values = self._check_refund_values(values)
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        reference = values.get("external_reference")
        if reference and (known := self._find_external_reference(company, reference)):
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
        try:
            with self.env.cr.savepoint():
                refund = self.create([{**values, "company_id": company.id}])
        except UniqueViolation as error:
            if error.diag.constraint_name != self._external_reference_uniq.full_name(self):
                raise
            # another call with the same reference was faster: replayed, this one finds what it made
            raise ConcurrencyError(str(error)) from error
        refund.action_submit()
        return refund.id

    @api.model
    def _check_refund_values(self, values):
        """The values of `create_refund`, as a dictionary of its own.

        :raise UserError: if the client is missing, or something is not known
        """
        known = self._get_terms_fields() - {"line_ids", "offset_ids"} | {"lines", "offset"}
        if not isinstance(values, dict):
            raise UserError(
                self.env._("create_refund takes a dictionary with %(known)s.", known=", ".join(sorted(known)))
            )
        if unknown := set(values) - known:
            raise UserError(
                self.env._(
                    "create_refund does not know %(unknown)s. It takes %(known)s.",
                    unknown=", ".join(sorted(unknown)),
                    known=", ".join(sorted(known)),
                )
            )
        for name in known & values.keys() - {"lines", "offset"}:
            self._check_refund_value(name, values[name])
        if not isinstance(values.get("offset"), bool | None):
            raise UserError(
                self.env._(
                    "create_refund can't use %(value)s as offset. It takes true or false.", value=values["offset"]
                )
            )
        if not self.env["res.partner"].browse(values.get("partner_id")).exists():
            raise UserError(
                self.env._(
                    "create_refund found no client with partner_id %(partner_id)s.",
                    partner_id=values.get("partner_id"),
                )
            )
        self._check_refund_lines(values.get("lines"))
        return dict(values)

    def _check_refund_value(self, name, value):
        """:raise UserError: if this is no id, no text or no date, as the field wants it"""
        wanted = {"many2one": int, "char": str}.get(self._fields[name].type)
        if name == "date":
            self._parse_date(value)
        elif value is not None and value is not False and (isinstance(value, bool) or not isinstance(value, wanted)):
            raise UserError(
                self.env._(
                    "create_refund can't use %(value)s as %(name)s. It takes %(wanted)s.",
                    value=value,
                    name=name,
                    wanted=self.env._("the id of a record") if wanted is int else self.env._("a text"),
                )
            )

    def _check_refund_lines(self, lines):
        """:raise UserError: if these are not values of lines"""
        if lines is not None and not (
            isinstance(lines, list)
            and all(
                isinstance(line, dict)
                and isinstance(line.get("move_line_id"), int)
                and line.keys() <= self.env["client.refund.line"]._get_terms_fields() - {"refund_id"}
                and is_finite(line.get("amount", 0))
                for line in lines
            )
        ):
            raise UserError(
                self.env._(
                    "create_refund can't use %(lines)s as lines. It takes a list of "
                    '{"move_line_id": the id of a journal item, "amount": a number}.',
                    lines=lines,
                )
            )

    @api.model
    def _parse_date(self, value):
        """A date from a program.

        :param value: date, str or False
        :return: date or None
        :raise UserError: if it is none
        """
        try:
            return fields.Date.to_date(value)
        except (TypeError, ValueError, AttributeError) as error:
            raise UserError(self.env._("%(value)s is no date. Give it as YYYY-MM-DD.", value=value)) from error

    def _find_external_reference(self, company, reference):
        return self.search([("company_id", "=", company.id), ("external_reference", "=", reference)], limit=1)

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
        return [
            {"move_line_id": credit.id, "amount": credit.amount_refundable}
            for credit in credits
            if credit.currency_id == currency and credit.amount_refundable > 0
        ]

    def _prepare_offset_vals_list(self, values, lines, company):
        """What the chosen credits settle of what the client owes, due first.

        :param values: dict, as `create_refund` takes it
        :param lines: list of dict, values of the chosen credits
        :return: list of dict, values of offsets
        """
        credits = self.env["account.move.line"].browse([line["move_line_id"] for line in lines])
        currency = self.env["res.currency"].browse(values.get("currency_id")) or credits.currency_id[:1]
        invoices = credits._get_open_invoices(self._get_client(values["partner_id"]), company, currency)
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
