from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..hooks import uninstall_hook
from .common import BackToCardCommon


@tagged("post_install", "-at_install")
class TestRights(BackToCardCommon):
    """Nobody sends money to a card that it did not come from, by whatever way."""

    def test_clerk_refunds_without_reading_providers(self):
        with self._refused("Payment Provider", AccessError):
            self.provider.with_user(self.clerk).read(["code"])
        refund = self._card_refund({self._card_credit(100): 100})
        self.assertEqual(refund.create_uid, self.clerk)

    def test_source_is_not_chosen_by_hand(self):
        """The card is where the credit came from, whatever a program asks for."""
        credit = self._card_credit(100)
        strange = self._pay_online(100, partner=self.other_client)
        values = self._refund_values({credit: 100})
        for name in ("source_transaction_id", "refund_transaction_id", "amount_failed"):
            values["line_ids"][0][2][name] = strange.id
            with self._refused("can't be set directly"):
                self._rpc(self.clerk, self.refunds, "create", [values])
            del values["line_ids"][0][2][name]
        draft = self._card_draft({credit: 100})
        for name in ("source_transaction_id", "refund_transaction_id", "amount_failed"):
            with self._refused("can't be set directly"):
                self._rpc(self.clerk, draft.line_ids, "write", {name: strange.id})
        with self._refused("can't be set directly"):
            self._rpc(self.clerk, draft, "write", {"goes_to_source": False})

    def test_hostile_context(self):
        credit = self._card_credit(100)
        strange = self._pay_online(100, partner=self.other_client)
        context = {
            "client_refund_workflow": True,
            "default_source_transaction_id": strange.id,
            "default_refund_transaction_id": strange.id,
            "default_client_refund_call": "called",
            "default_payment_transaction_id": strange.id,
            "default_amount": 1,
            "default_state": "done",
        }
        values = {"partner_id": self.client.id, "lines": [{"move_line_id": credit.id, "amount": 40, "to_source": True}]}
        refund_id = self._rpc(self.clerk, self.refunds, "create_refund", values, context=context)
        refund = self.refunds.browse(refund_id)
        online = self._online_refund(refund)
        self.assertEqual((online.amount, online.state, online.client_refund_call), (-40, "draft", "waiting"))
        self.assertEqual(online.source_transaction_id, credit.move_id.origin_payment_id.payment_transaction_id)

    def test_issued_lines_do_not_change(self):
        refund = self._card_refund({self._card_credit(100): 100})
        with self._refused("can't be changed any more"):
            self._rpc(self.clerk, refund.line_ids, "write", {"to_source": False})

    def test_online_payment_is_not_changed_by_hand(self):
        """With another reference of the provider, or a larger amount, money would go where it did not come from."""
        source = self._pay_online(100)
        for name, value in (
            ("amount", 1000),
            ("provider_reference", "demo-other"),
            ("partner_id", self.other_client.id),
            ("state", "draft"),
            ("payment_id", False),
            ("client_refund_call", "waiting"),
        ):
            with self._refused("can't be changed manually", AccessError):
                self._rpc(self.clerk, source, "write", {name: value})

    def test_online_payment_is_not_made_up(self):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.env.ref("payment_demo.payment_method_demo").id,
            "amount": 100,
            "currency_id": self.currency.id,
            "partner_id": self.client.id,
            "operation": "online_direct",
            "reference": "FORGED",
            "state": "done",
        }
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._rpc(self.clerk, self.env["payment.transaction"], "create", values)

    def test_online_refund_is_not_changed_by_hand(self):
        """Said to have failed, the credit would be open and could be paid a second time."""
        refund = self._card_refund({self._card_credit(100): 100})
        online = self._online_refund(refund)
        with self._refused("can't be changed manually", AccessError):
            self._rpc(self.clerk, online, "write", {"state": "error"})
        for action in ("action_demo_set_error", "action_demo_set_done", "action_demo_set_canceled"):
            with self._refused("can't be changed manually", AccessError):
                self._rpc(self.clerk, online, action)
        with self.assertRaises(UserError), self.cr.savepoint():
            self._rpc(self.clerk, online, "unlink")
        self._rpc(self.clerk, online, "action_post_process")
        self.assertEqual((refund.state, online.payment_id), ("in_process", refund.payment_ids))

    def test_payment_is_not_given_another_online_payment(self):
        refund = self._card_refund({self._card_credit(100): 100})
        with self._refused(r"belongs to refund \S+ and can only be changed from there"):
            self._rpc(self.clerk, refund.payment_ids, "write", {"payment_transaction_id": False})
        for action in ("action_cancel", "action_draft", "action_reject"):
            with self.assertRaises(UserError), self.cr.savepoint():
                self._rpc(self.clerk, refund.payment_ids, action)

    def test_credit_that_was_given_a_strange_online_payment(self):
        """Only the payment that an online payment made goes back by it."""
        payment = self._payment(100).move_id.origin_payment_id
        source = self._pay_online(100)
        payment.sudo().payment_transaction_id = source
        self.assertFalse(self._receivable_items(payment.move_id)._get_source_transactions())

    def test_other_companies(self):
        """Who does not work in the company sees nothing of its refunds."""
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="account.group_account_invoice",
            company_id=self.env.ref("base.main_company").id,
            company_ids=[Command.set(self.env.ref("base.main_company").ids)],
        )
        refund = self._card_refund({self._card_credit(100): 100})
        for records in (refund, refund.line_ids, self._online_refund(refund)):
            with self.assertRaises(AccessError):
                records.with_user(stranger).sudo(False).read(["id"])

    def test_no_refund_is_asked_for_by_hand(self):
        """Neither past the refund, nor in a wrong direction, so that more is left to refund than was paid."""
        source = self._pay_online(100)
        values = {
            "provider_id": source.provider_id.id,
            "payment_method_id": source.payment_method_id.id,
            "currency_id": source.currency_id.id,
            "partner_id": source.partner_id.id,
            "source_transaction_id": source.id,
            "operation": "refund",
        }
        for amount in (-100, 1000):
            with self._refused("", AccessError):
                self._rpc(
                    self.clerk,
                    self.env["payment.transaction"],
                    "create",
                    [{**values, "amount": amount, "reference": f"FORGED {amount}", "client_refund_call": "waiting"}],
                )
        for amount in (-1000, float("nan")):
            with self._refused("is left to refund"):
                source._refund(amount)
        self.assertEqual(source.amount_refund_left, 100)

    def test_uninstalled_only_when_nothing_waits(self):
        env = self.env(su=True)
        draft = self._card_draft({self._card_credit(30): 30})
        refund = self._card_refund({self._card_credit(50): 50})
        for name in (draft.name, refund.name):
            with self._refused(f"{name}.* are not finished"):
                uninstall_hook(env)
        draft.action_undo("Not now")
        self._work()
        uninstall_hook(env)
