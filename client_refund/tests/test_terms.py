from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTerms(ClientRefundCommon):
    """What people and programs may write is what says so on its own line, and only as long as nothing is issued."""

    def test_terms_of_a_line(self):
        for model in ("client.refund.line", "client.refund.offset"):
            terms = self.env[model]._get_terms_fields()
            self.assertLessEqual({"refund_id", "move_line_id", "amount"}, terms)
            # company and currency show those of the refund, where they are terms
            self.assertFalse({"company_id", "currency_id", "payment_line_id", "document"} & terms)

    def test_every_other_field_is_closed(self):
        draft = self._draft({self._credit_note(100): 10})
        for document in (draft, draft.line_ids):
            free = self.env["mail.thread"]._fields.keys() | self.env["mail.activity.mixin"]._fields.keys()
            for name in document._fields.keys() - document._get_terms_fields() - free:
                with self.subTest(field=f"{document._name}.{name}"), self.env.cr.savepoint():
                    with self.assertRaisesRegex(UserError, "can't be set directly"):
                        document.write({name: False})

    def test_terms_are_the_drafts_alone(self):
        draft = self._draft({self._credit_note(100): 10})
        draft.memo = "Paid twice"
        draft.action_post()
        for document, values in (
            (draft, {"memo": "Paid three times"}),
            (draft, {"line_ids": [Command.clear()]}),
            (draft.line_ids, {"amount": 5}),
        ):
            with self.subTest(values=values), self.env.cr.savepoint():
                with self.assertRaisesRegex(UserError, "can't be changed any more"):
                    document.write(values)
        self.assertEqual(draft.memo, "Paid twice")
        draft.action_undo("Wrong client")
        with self.assertRaisesRegex(UserError, "canceled and can't be changed any more. Choose Refund Again"):
            draft.memo = "Paid three times"
