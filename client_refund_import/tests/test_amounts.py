import io

from odoo.tests import tagged

from odoo.addons.client_refund.tests.common import ClientRefundCommon

COLUMNS = ["partner_id", "amount_to_refund", "external_reference"]
ENGLISH = {"float_thousand_separator": ",", "float_decimal_separator": "."}
GERMAN = {"float_thousand_separator": ".", "float_decimal_separator": ","}


@tagged("post_install", "-at_install")
class TestAmounts(ClientRefundCommon):
    """The amount of a refund is the one that the file shows, or there is none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._credit_note(9_000_000)

    def _import(self, file, options, file_type="text/csv"):
        screen = self.env["base_import.import"].create(
            {"res_model": "client.refund", "file": file, "file_type": file_type, "file_name": "refunds"}
        )
        options = {"quoting": '"', "separator": ";", "encoding": "utf-8", "has_headers": True, **options}
        result = screen.execute_import(COLUMNS, COLUMNS, options)
        return self.refunds.browse(result["ids"] or []), [message["message"] for message in result["messages"]]

    def _amounts(self, options, *texts):
        """What becomes of these texts: amounts by text, and messages."""
        rows = "".join(f"Alder & Finch LLP;{text};{text}\n" for text in texts)
        refunds, messages = self._import(f"Client;Amount;Reference\n{rows}".encode(), options)
        return {refund.external_reference: refund.amount for refund in refunds}, messages

    def _workbook(self, *rows):
        try:
            from openpyxl import Workbook
        except ImportError:
            self.skipTest("no openpyxl")
        book = Workbook()
        for row in (("Client", "Amount", "Reference"), *rows):
            book.active.append(row)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def test_decimal_comma_with_english_separators(self):
        """70,50 is never 7,050: the row says which options to change."""
        amounts, messages = self._amounts(ENGLISH, "70,50", "12.30")
        self.assertEqual(amounts, {"12.30": 12.3})
        self.assertEqual(len(messages), 1)
        self.assertIn("Row 1 (Alder & Finch LLP, 70,50, 70,50) was left out", messages[0])
        self.assertIn("the amount 70,50 does not fit", messages[0])
        self.assertIn("(thousands: “,”, decimals: “.”)", messages[0])
        self.assertIn("Thousands Separator and Decimals Separator", messages[0])

    def test_read_with_english_separators(self):
        right = {"1,234.50": 1234.5, "1,234,567": 1_234_567, "1234.5": 1234.5, "7": 7, "$0.99": 0.99, "+3.00": 3}
        amounts, messages = self._amounts(ENGLISH, *right)
        self.assertEqual((amounts, messages), (right, []))

    def test_read_with_a_decimal_comma(self):
        right = {"1.234,50": 1234.5, "1.234.567": 1_234_567, "1234,5": 1234.5, "70,50": 70.5, "$0,99": 0.99}
        amounts, messages = self._amounts(GERMAN, *right)
        self.assertEqual((amounts, messages), (right, []))

    def test_what_is_written_in_another_way_is_refused(self):
        for options, texts in (
            (ENGLISH, ("1.234,50", "1.000", "12,34,567", "1 000.00", "1,00", "1.2.3", ",5", "7E5", "12.30 XXQ", "abc")),
            (GERMAN, ("1,234.50", "70.50", "1,000", "1.00", "1234.567")),
        ):
            amounts, messages = self._amounts(options, *texts)
            self.assertFalse(amounts)
            self.assertEqual(len(messages), len(texts))

    def test_sign_and_brackets(self):
        amounts, messages = self._amounts(ENGLISH, "-5.00", "(5.00)")
        self.assertFalse(amounts)
        for message in messages:
            self.assertIn("must be a positive number", message)

    def test_currency_behind_the_amount(self):
        """Core reads `1234.50 €` as 123,450: two kinds of characters, and the last is a space."""
        amounts, _messages = self._amounts(ENGLISH, "1234.50 $")
        self.assertEqual(amounts, {"1234.50 $": 1234.5})

    def test_currency_with_three_decimals(self):
        self.env.company.currency_id.rounding = 0.001
        amounts, messages = self._amounts(ENGLISH, "1.120")
        self.assertEqual((amounts, messages), ({"1.120": 1.12}, []))

    def test_workbook(self):
        """Cells that are numbers are read as such, whatever the separators; references stay what is shown."""
        client = "Alder & Finch LLP"
        rows = ((client, 70.5, 7), (client, 0.1 + 0.2, "007"), (client, 1234567, 8.0), (client, "7,50", 9))
        book = self._workbook(*rows)
        refunds, messages = self._import(book, GERMAN | {"separator": ""})
        self.assertEqual(
            {refund.external_reference: refund.amount for refund in refunds},
            {"7": 70.5, "007": 0.3, "8": 1234567, "9": 7.5},
        )
        self.assertFalse(messages)
        refunds, messages = self._import(self._workbook((client, "1.000", "x"), (client, "1,5", "y")), ENGLISH)
        self.assertFalse(refunds)
        self.assertIn("1.000 is text. Make its cell a number", messages[0])
        self.assertIn("1,5 is text", messages[1])
