from odoo import models

FAILED_STATES = ("bounce", "exception")


class MailMessage(models.Model):
    """Whether a client has got what was written: the mail server, or that of the client, may refuse it later."""

    _inherit = "mail.message"

    def _get_mail_failure(self):
        """Why this message did not reach somebody whom it was written to.

        :return: str, a line for each of them; empty where nothing is known against it
        """
        # who may read that a client was told may read whether it is so
        failed = self.sudo().notification_ids.filtered(
            lambda notification: (
                notification.notification_status in FAILED_STATES
                # a message to somebody goes to the colleagues who follow as a copy; a mass mailing names nobody
                and (not self.partner_ids or notification.res_partner_id <= self.partner_ids)
            )
        )
        return "\n".join(
            ": ".join(
                filter(
                    None,
                    [
                        notification.res_partner_id.email or notification.mail_email_address,
                        notification.format_failure_reason(),
                    ],
                )
            )
            for notification in failed
        )
