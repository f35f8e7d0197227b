import base64

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from .common_sepa import SepaCommon


@tagged("post_install", "-at_install")
class TestPaymentFile(SepaCommon):
    """The file that the bank gets holds one transaction for each refund."""

    def _file(self, order):
        """What the bank reads, valid against the schema of its version.

        :return: etree element, and the namespaces to look things up in it
        """
        root = etree.fromstring(base64.b64decode(order.payment_file_datas))
        with file_open(self.method._get_xsd_file_path()) as schema:
            etree.XMLSchema(etree.parse(schema)).assertValid(root)
        return root, {"p": root.nsmap[None]}

    def _transactions(self, order):
        """The transactions of the file: (account, currency, amount, reference for the client)."""
        root, names = self._file(order)
        return [
            (
                transaction.findtext("p:CdtrAcct/p:Id/p:IBAN", namespaces=names),
                transaction.find("p:Amt/p:InstdAmt", names).get("Ccy"),
                transaction.findtext("p:Amt/p:InstdAmt", namespaces=names),
                transaction.findtext("p:RmtInf/p:Ustrd", namespaces=names),
            )
            for transaction in root.iterfind(".//p:CdtTrfTxInf", names)
        ]

    def _end_to_end_ids(self, order):
        """What the bank gives back on its statement."""
        root, names = self._file(order)
        return [node.text for node in root.iterfind(".//p:EndToEndId", names)]

    def _generated(self, refunds):
        """The order that pays these refunds, with its file."""
        order = self._order(refunds)
        order.draft2open()
        order.open2generated()
        return order

    def _check_file(self):
        """Two refunds of two credits each, one of them partly used up by an invoice."""
        first = self._refund({self._credit_note(300): 250.5, self._payment(200): None}, memo="Moved out")
        second = self._refund_other(
            {
                self._credit_note(80, partner=self.other_client): None,
                self._entry(20.25, partner=self.other_client): None,
            }
        )
        order = self._generated(first)

        self.assertTrue(order.sepa)
        self.assertEqual(
            self._transactions(order),
            [
                ("FR7311119999888855559999111", "EUR", "450.50", f"{first.name} Moved out"),
                ("FR8311119999888855559999222", "EUR", "100.25", second.name),
            ],
        )
        root, names = self._file(order)
        self.assertEqual(root.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=names), "2")
        self.assertEqual(root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=names), "550.75")
        self.assertEqual(self._end_to_end_ids(order), [first.name, second.name])

        order.generated2uploaded()
        self.assertEqual(first.payment_ids.mapped("amount"), [450.5])
        self.assertEqual(second.payment_ids.mapped("amount"), [100.25])
        self.assertEqual(first.line_ids.move_line_id.mapped("amount_residual"), [-49.5, 0])

    def test_pain_001_001_03(self):
        self.method.pain_version = "pain.001.001.03"
        self._check_file()

    def test_pain_001_001_09(self):
        self.method.pain_version = "pain.001.001.09"
        self._check_file()

    def test_the_file_says_what_to_transfer_says(self):
        """Payee, account, amount, reference: the holder's name where the account has one, else its owner's."""
        self.company.client_refund_approval_policy = "never"
        contact = self.env["res.partner"].create({"name": "Cedar Accounts", "parent_id": self.client.id})
        mallory = self._bank_account("FR931111 9999 8888 5555 9999 333", acc_holder_name="Mallory Quick")
        nobody = self._bank_account("FR061111 9999 8888 5555 9999 444", contact, acc_holder_name=False)
        refunds = self._refund({self._credit_note(300): None}, partner_bank_id=mallory.id, memo="Moved out")
        refunds |= self._refund({self._credit_note(200): None}, partner_bank_id=nobody.id)
        refunds |= self._refund_other({self._credit_note(80, partner=self.other_client): None})
        self.assertEqual(refunds.mapped("payee_name"), ["Mallory Quick", "Cedar Accounts", "Birch Holdings"])
        order = self._generated(refunds)
        root, names = self._file(order)
        payees = [node.text for node in root.iterfind(".//p:Cdtr/p:Nm", names)]
        self.assertEqual(
            [(payee, *rest) for payee, rest in zip(payees, self._transactions(order), strict=True)],
            [
                (
                    refund.payee_name,
                    refund.partner_bank_id.sanitized_acc_number,
                    refund.currency_id.name,
                    f"{refund.amount:.2f}",
                    " ".join(filter(None, (refund.name, refund.memo))),
                )
                for refund in refunds
            ],
        )
        self.assertEqual(self._end_to_end_ids(order), refunds.mapped("name"))

    def test_end_to_end_ids_are_unique_and_fit_the_file(self):
        """Else they are what the order makes; the text for the payee names the refund anyway."""
        other_item = self._entry(80, account=self.receivable.copy({"code": "REC2", "name": "Another receivable"}))
        twice = self._refund({self._credit_note(300): None, other_item: None})
        numbers = {"use_date_range": False, "prefix": f"{'Refunds of the firm ' * 2}/"}
        self.env.ref("client_refund.sequence_client_refund").sudo().write(numbers)
        long = self._refund_other({self._credit_note(70, partner=self.other_client): None})
        order = self._generated(twice | long)
        self.assertEqual(
            self._end_to_end_ids(order), [f"{order.payment_lot_ids.name}/{number}" for number in (1, 2, 3)]
        )
        self.assertEqual([text for *_rest, text in self._transactions(order)], [twice.name, twice.name, long.name])

    def test_no_line_breaks_in_the_file(self):
        refund = self._refund({self._credit_note(300): None}, memo="Moved out\n\tof  Elm Street ")
        order = self._generated(refund)
        self.assertEqual(
            self._transactions(order),
            [("FR7311119999888855559999111", "EUR", "300.00", f"{refund.name} Moved out of Elm Street")],
        )

    def test_an_address_that_banks_do_not_take(self):
        """With a country there must be a town."""
        draft = self._draft({self._credit_note(300): None})
        self.client.write({"country_id": self.env.ref("base.fr").id, "city": False})
        with self.assertRaisesRegex(UserError, "300.00.*has a country but no city.*Add the city"):
            draft.action_post()
        self.client.city = "Lyon"
        draft.action_post()
        order = self._generated(draft)
        root, names = self._file(order)
        self.assertEqual(root.findtext(".//p:Cdtr/p:PstlAdr/p:TwnNm", namespaces=names), "Lyon")

    def test_two_refunds_of_one_client_are_two_transactions(self):
        first, second = self._refund({self._credit_note(300): None}), self._refund({self._credit_note(80): None})
        order = self._generated(first)
        self.assertEqual(
            self._transactions(order),
            [
                ("FR7311119999888855559999111", "EUR", "300.00", first.name),
                ("FR7311119999888855559999111", "EUR", "80.00", second.name),
            ],
        )

    def test_what_was_undone_is_not_in_the_file(self):
        first = self._refund({self._credit_note(300): None})
        second = self._refund_other({self._credit_note(80, partner=self.other_client): None})
        order = self._order(first)
        order.draft2open()
        first.action_undo("Wrong client")
        order.open2generated()
        self.assertEqual(self._transactions(order), [("FR8311119999888855559999222", "EUR", "80.00", second.name)])
