from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError

from .client_refund_item import is_finite
from .client_refund_problems import parse_date

# What is not as not given where it is False.
FLAGS = ("offset", "send_notice")


class ClientRefundApiValues(models.Model):
    """What a program may ask for: all of it is looked at before anything is done."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _check_refund_values(self, values):
        """The values of `create_refund`, as a dictionary of its own, without what is not given.

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
        values = {
            name: value for name, value in values.items() if value is not None and (value is not False or name in FLAGS)
        }
        if "partner_id" not in values:
            raise UserError(self.env._("create_refund needs a client: give partner_id."))
        for name in values.keys() - {"lines", *FLAGS}:
            self._check_refund_value(name, values[name])
        for name in FLAGS:
            if not isinstance(values.get(name), bool | None):
                raise self._get_unusable_error(name, values[name], self.env._("true or false"))
        self._check_refund_lines(values.get("lines"))
        return values

    def _check_refund_value(self, name, value):
        """:raise UserError: if this is no id of a record, no text or no date, as the field wants it"""
        field = self._fields[name]
        if field.type == "many2one":
            if not self._is_id(value):
                raise self._get_unusable_error(name, value, self.env._("the id of a record"))
            self._check_found(self.env[field.comodel_name].browse(value), name)
        elif field.type == "date":
            if not parse_date(self.env, value):
                raise self._get_unusable_error(name, value, self.env._("a date, as YYYY-MM-DD"))
        elif not isinstance(value, str) or "\0" in value:
            raise self._get_unusable_error(name, value, self.env._("a text"))

    def _check_refund_lines(self, lines):
        """:raise UserError: if these are not values of lines, of one credit each"""
        if lines is None:
            return
        if not isinstance(lines, list) or not all(self._is_refund_line(line) for line in lines):
            raise self._get_unusable_error(
                "lines",
                lines,
                self.env._('a list of {"move_line_id": the id of a journal item, "amount": a number}'),
            )
        ids = Counter(line["move_line_id"] for line in lines)
        self._check_found(self.env["account.move.line"].browse(ids), "move_line_id")
        if repeated := [str(item_id) for item_id, times in ids.items() if times > 1]:
            raise UserError(
                self.env._(
                    "create_refund found move_line_id %(ids)s more than once in lines. Give each credit one line.",
                    ids=", ".join(repeated),
                )
            )

    @api.model
    def _is_refund_line(self, line):
        return (
            isinstance(line, dict)
            and self._is_id(line.get("move_line_id"))
            and line.keys() <= self.env["client.refund.line"]._get_terms_fields() - {"refund_id"}
            and is_finite(line.get("amount", 0))
        )

    @api.model
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

    def _get_unusable_error(self, name, value, wanted):
        return UserError(
            self.env._(
                "create_refund can't use %(value)s as %(name)s. It takes %(wanted)s.",
                value=str(value),
                name=name,
                wanted=wanted,
            )
        )
