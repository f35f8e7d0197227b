from collections import Counter

from odoo import Command
from odoo.exceptions import UserError

from .amounts import get_settled, is_finite
from .problems import parse_date


class RefundValues:
    """What a program asks for: all of it is looked at before anything is done."""

    def __init__(self, refunds, values):
        """
        :param refunds: client.refund, empty: as whom the program asks
        :param values: dict, as `create_refund` takes it
        :raise UserError: if the client is missing, or something is not known
        """
        self.env = refunds.env
        self.refunds = refunds
        self.values = self._read(values)
        self.company = self.env["res.company"].browse(self.values.get("company_id")) or self.env.company
        self.client = self.env["res.partner"].browse(self.values["partner_id"])._get_refund_client()

    # -------------------------------------------------------------------------
    # Read
    # -------------------------------------------------------------------------

    def _read(self, values):
        """What is given, as a dictionary of its own; None and False are as not given, but for yes or no."""
        known = self.refunds._get_terms_fields() - {"line_ids", "offset_ids"} | {"lines", "offset"}
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
        values = {
            name: value
            for name, value in values.items()
            if value is not None and (value is not False or self._get_type(name) == "boolean")
        }
        if "partner_id" not in values:
            raise UserError(self.env._("create_refund needs a client: give partner_id."))
        for name in values.keys() - {"lines"}:
            self._check_value(name, values[name], self._get_type(name))
        if "lines" in values:
            self._check_lines(values["lines"])
        return values

    def _get_type(self, name):
        return {"lines": "list", "offset": "boolean"}.get(name) or self.refunds._fields[name].type

    def _check_value(self, name, value, kind):
        """:raise UserError: if the value is not what a field of this type takes"""
        if kind == "many2one":
            if not self._is_id(value):
                self._refuse(name, value, self.env._("the id of a record"))
            self._check_found(self.env[self.refunds._fields[name].comodel_name].browse(value), name)
        elif kind == "boolean":
            if not isinstance(value, bool):
                self._refuse(name, value, self.env._("true or false"))
        elif kind == "date":
            if not parse_date(self.env, value):
                self._refuse(name, value, self.env._("a date, as YYYY-MM-DD"))
        elif not isinstance(value, str) or "\0" in value:
            self._refuse(name, value, self.env._("a text"))

    def _check_lines(self, lines):
        """:raise UserError: if these are not values of lines, of one credit each"""
        if not isinstance(lines, list) or not all(self._is_line(line) for line in lines):
            wanted = self.env._('a list of {"move_line_id": the id of a journal item, "amount": a number}')
            self._refuse("lines", lines, wanted)
        fields = self.env["client.refund.line"]._fields
        for line in lines:
            for name in line.keys() - {"move_line_id", "amount"}:
                self._check_value(name, line[name], fields[name].type)
        ids = Counter(line["move_line_id"] for line in lines)
        self._check_found(self.env["account.move.line"].browse(ids), "move_line_id")
        if repeated := [str(item_id) for item_id, times in ids.items() if times > 1]:
            raise UserError(
                self.env._(
                    "create_refund found move_line_id %(ids)s more than once in lines. Give each credit one line.",
                    ids=", ".join(repeated),
                )
            )

    def _is_line(self, line):
        return (
            isinstance(line, dict)
            and self._is_id(line.get("move_line_id"))
            and line.keys() <= self.env["client.refund.line"]._get_terms_fields() - {"refund_id"}
            and is_finite(line.get("amount", 0))
        )

    def _is_id(self, value):
        return isinstance(value, int) and not isinstance(value, bool) and value > 0

    def _check_found(self, records, name):
        """:raise UserError: if one of these records is not there"""
        if missing := records - records.exists():
            raise UserError(
                self.env._(
                    "create_refund found no %(kind)s with %(name)s %(ids)s.",
                    kind=self.env["ir.model"]._get(records._name).name,
                    name=name,
                    ids=", ".join(map(str, missing.ids)),
                )
            )

    def _refuse(self, name, value, wanted):
        raise UserError(
            self.env._(
                "create_refund can't use %(value)s as %(name)s. It takes %(wanted)s.",
                value=str(value),
                name=name,
                wanted=wanted,
            )
        )

    # -------------------------------------------------------------------------
    # What becomes of it
    # -------------------------------------------------------------------------

    def find_repeated(self):
        """The refund that an earlier call with the same `external_reference` made.

        :return: client.refund, empty where the reference is new or there is none
        :raise UserError: if the reference was used for another client or currency: this is no repetition
        """
        reference = self.values.get("external_reference")
        known = self.refunds
        if reference:
            known = known.search(
                [("company_id", "=", self.company.id), ("external_reference", "=", reference)], limit=1
            )
        if known and (
            known.partner_id != self.client
            or known.currency_id.id != self.values.get("currency_id", known.currency_id.id)
        ):
            raise UserError(
                self.env._(
                    "%(client)s: external reference %(reference)s was used for %(known_client)s, refund %(refund)s "
                    "of %(amount)s. Nothing was done. Give each refund its own reference.",
                    client=self.client.display_name,
                    reference=reference,
                    known_client=known.partner_id.display_name,
                    refund=known.name,
                    amount=known._format_amount(),
                )
            )
        return known

    def prepare_refund_vals(self):
        """The values of the refund that is asked for.

        :return: dict
        :raise UserError: if there is nothing to refund, or in several currencies
        """
        lines = self.values.get("lines")
        if lines is None:
            lines = self._get_all_lines()
        offset = self.values.get("offset")
        if offset is None:
            policy = self.company._get_client_refund_policy().client_refund_offset_policy
            offset = policy in ("propose", "require")
        settled = self._get_settled(lines) if offset else {}
        return {
            **{name: value for name, value in self.values.items() if name not in ("lines", "offset")},
            "company_id": self.company.id,
            "line_ids": [Command.create(vals) for vals in lines],
            "offset_ids": [
                Command.create({"move_line_id": invoice.id, "amount": amount}) for invoice, amount in settled.items()
            ],
        }

    def _get_settled(self, lines):
        """What the chosen credits settle of what the client owes, due first."""
        credits = self.env["account.move.line"].browse([line["move_line_id"] for line in lines])
        currency = self.env["res.currency"].browse(self.values.get("currency_id")) or credits.currency_id[:1]
        amounts = {
            credit: line.get("amount", credit.amount_refundable) for credit, line in zip(credits, lines, strict=True)
        }
        return get_settled(amounts, credits._search_open_invoices(self.client, self.company, currency), currency)

    def _get_all_lines(self):
        """Every open credit of the client, as values of `lines`, in the given currency or the only one there is."""
        items = self.env["account.move.line"]
        credits = items._search_open_credits(items._get_client_domain(self.client, self.company))
        currency = self.env["res.currency"].browse(self.values.get("currency_id")) or credits.currency_id
        if len(currency) > 1:
            raise UserError(
                self.env._(
                    "%(client)s has open credits in %(currencies)s. Refund one currency at a time: give currency_id.",
                    client=self.client.display_name,
                    currencies=", ".join(currency.mapped("name")),
                )
            )
        credits = credits.filtered(lambda credit: credit.currency_id == currency)
        held_back = credits._get_held_back()
        if credits and len(held_back) == len(credits):
            raise UserError(
                self.env._(
                    "%(client)s: there is nothing to refund. %(reasons)s",
                    client=self.client.display_name,
                    reasons=" ".join(dict.fromkeys(text for _code, text in held_back.values())),
                )
            )
        return [
            {"move_line_id": credit.id, "amount": credit.amount_refundable}
            for credit in credits
            if credit not in held_back
        ]
