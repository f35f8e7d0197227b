import re

from odoo import api, models

from ..tools.refund_row import WrongCell


class BaseImportImport(models.TransientModel):
    """Amounts of refunds are read as they are written, or their row is refused by its number in the file.

    Core drops a thousands separator wherever it stands, and guesses: with English separators `70,50` is 7,050 for it.
    """

    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        """As core; the rows of a later step are counted from the beginning of the file."""
        counted = self.with_context(client_refund_import_skip=options.get("skip", 0))
        return super(BaseImportImport, counted).execute_import(fields, columns, options, dryrun=dryrun)

    @api.model
    def _parse_float_from_data(self, data, index, name, options):
        """As core, but for the amounts of refunds."""
        if self.res_model != "client.refund" or name != "amount_to_refund":
            return super()._parse_float_from_data(data, index, name, options)
        thousands = options.get("float_thousand_separator", " ")
        decimal = options.get("float_decimal_separator", ".")
        patterns = [self._get_amount_pattern(thousands, decimal)]
        if self._is_workbook():
            # core writes a cell that is a number with a point, whatever the separators are
            patterns.insert(0, self._get_amount_pattern("", "."))
        for line in data:
            text = line[index].strip()
            line[index] = text and (
                self._read_amount(text, patterns, thousands)
                or WrongCell(text, self._get_amount_refusal(text, thousands, decimal))
            )
        return None

    def _is_workbook(self):
        # the browser may call any file a spreadsheet: what it begins with tells (xlsx and ods, xls)
        return (self.file or b"").startswith((b"PK", b"\xd0\xcf\x11\xe0"))

    @api.model
    def _get_amount_pattern(self, thousands, decimal):
        """What an amount looks like with these separators: sign, groups of three digits or none, decimals.

        `1.000` may be one thousand or one, and is neither, but in a company whose currency has three decimals.
        """
        groups = rf"\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+" if thousands else r"\d+"
        three = "" if self.env.company.currency_id.decimal_places > 2 else r"(?!\d\d0$)"
        return re.compile(rf"(?P<sign>[+-]?)(?P<units>{groups})(?:{re.escape(decimal)}{three}(?P<decimals>\d*))?")

    def _read_amount(self, text, patterns, thousands):
        """The amount that a cell shows, with a point and without groups; nothing if it is none.

        :return: str or None
        """
        number = self._remove_currency_symbol(text)
        for pattern in patterns:
            if number and (match := pattern.fullmatch(number)):
                units = match["units"].replace(thousands, "") if thousands else match["units"]
                return match["sign"] + units + (f".{match['decimals']}" if match["decimals"] else "")
        return None

    def _get_amount_refusal(self, text, thousands, decimal):
        if self._is_workbook():
            return self.env._("the amount %(amount)s is text. Make its cell a number.", amount=text)
        return self.env._(
            "the amount %(amount)s does not fit the separators of this import (thousands: %(thousands)s, decimals: "
            "%(decimals)s). Choose those of the file as Thousands Separator and Decimals Separator, or correct the "
            "amount.",
            amount=text,
            thousands=f"“{thousands}”" if thousands.strip() else self.env._("none"),
            decimals=f"“{decimal}”",
        )
