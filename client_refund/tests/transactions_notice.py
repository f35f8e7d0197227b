from unittest.mock import patch

from odoo import api
from odoo.tools import SQL

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .transactions import TransactionsCase


class NoticeTransactionsCase(TransactionsCase):
    """Refunds that are committed, and the notices of them, which are deleted at the end."""

    def setUp(self):
        super().setUp()
        self.refund_ids = []
        # documents are not what this is about
        self.startPatcher(patch.object(IrActionsReport, "_render_qweb_pdf", lambda *_args, **_kwargs: (b"%PDF", "pdf")))

    def _make_refunds(self, names):
        """Issued refunds of 10 each, of clients with these names, who are to be told."""
        with self._transaction() as env:
            clients = env["res.partner"].browse([self._make_client(env, name) for name in names])
            clients.email = "client@example.com"
            self._make_entries(env, [(client.id, -10) for client in clients])
            self.refund_ids += [
                env["client.refund"].create_refund({"partner_id": client.id, "send_notice": True}) for client in clients
            ]
            env.cr.commit()

    def _assert_one_mail_each(self):
        with self._transaction() as env:
            refunds = env["client.refund"].browse(self.refund_ids)
            self.assertEqual(set(refunds.mapped("notice_state")), {"sent"})
            mails = env["mail.mail"].sudo().search([("model", "=", refunds._name), ("res_id", "in", refunds.ids)])
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(refunds.ids))
            self.assertEqual(sorted(mails.recipient_ids.ids), sorted(self.client_ids))

    def _clean_up(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env.cr.execute(
                SQL("DELETE FROM mail_message WHERE model = %s AND res_id = ANY(%s)", "client.refund", self.refund_ids)
            )
            env.cr.commit()
        return super()._clean_up()
