from odoo import models

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_dormant_credit import OPEN_STATES

LETTER = "client_refund_dormant.action_report_client_dormant_letter"
MAIL_TEMPLATE = "client_refund_dormant.mail_template_client_dormant_credit"


class ClientDormantContact(models.Model):
    """How the client is looked for: every e-mail, letter and call is kept as an attempt."""

    _inherit = "client.dormant.credit"  # pylint: disable=consider-merging-classes-inherited

    # -------------------------------------------------------------------------
    # E-mail
    # -------------------------------------------------------------------------

    def action_send_mail(self):
        """Open the composer to write to the clients; what is sent is logged as an attempt.

        :raise UserError: if one of these is handed over or closed
        """
        self._check_state(*OPEN_STATES)
        template = self.env.ref(MAIL_TEMPLATE, raise_if_not_found=False)
        return {
            "name": self.env._("Send Email"),
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "mass_mail" if len(self) > 1 else "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                "client_refund_dormant_attempt": True,
            },
        }

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if self.env.context.get("client_refund_dormant_attempt") and message.message_type == "comment":
            self._log_mails({self: (message, message.partner_ids)})
        return result

    def _message_mail_after_hook(self, mails):
        result = super()._message_mail_after_hook(mails)
        if self.env.context.get("client_refund_dormant_attempt"):
            self._log_mails(
                {
                    self.browse(mail.res_id): (mail.mail_message_id, mail.recipient_ids)
                    for mail in mails
                    if mail.state != "cancel"
                }
            )
        return result

    def _log_mails(self, messages):
        """Keep that e-mails were sent, each to somebody with an address: others reach nobody.

        :param messages: dict, client.dormant.credit: (mail.message, res.partner who get it)
        """
        self._log_attempts(
            [
                {
                    "register_id": register.id,
                    "kind": "mail",
                    "result": "sent",
                    "message_id": message.id,
                    "note": ", ".join(filter(None, [message.subject, *recipients.mapped("email_formatted")])),
                }
                for register, (message, recipients) in messages.items()
                if recipients.filtered("email_normalized")
            ]
        )

    # -------------------------------------------------------------------------
    # Letter and call
    # -------------------------------------------------------------------------

    def action_print_letter(self):
        """Print the letters to these clients, and log them as attempts.

        :raise UserError: if one of these is handed over or closed, or a client has no address
        """
        self._check_state(*OPEN_STATES)
        self._check_address()
        self._log_attempts(
            [
                {
                    "register_id": register.id,
                    "kind": "letter",
                    "result": "sent",
                    "note": register.partner_id._display_address(without_company=True),
                }
                for register in self
            ]
        )
        return self.env.ref(LETTER).report_action(self, config=False)

    def _check_address(self):
        """:raise UserError: names those of these whose clients no letter reaches"""
        raise_problems(
            (
                register,
                self.env._("the client has no postal address. Add it to the contact, or send an email or call."),
            )
            for register in self
            if not any(register.partner_id[name] for name in ("street", "street2", "zip", "city"))
        )

    def _log_attempts(self, vals_list):
        """Keep attempts that the register itself made.

        :param vals_list: list of dict, values of client.dormant.attempt
        """
        with_workflow(self.env["client.dormant.attempt"], self).create(vals_list)

    def action_log_call(self):
        """Open the dialog that logs a call."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("client_refund_dormant.action_client_dormant_attempt"),
            "context": {"default_register_id": self.id, "default_kind": "call"},
        }
