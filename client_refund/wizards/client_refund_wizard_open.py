from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.workflow import with_neutral_context

# Lines that the web client shows at once.
PAGE = 80


class ClientRefundWizardOpen(models.TransientModel):
    """How the wizard is opened, on a client or on chosen credits."""

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

    is_too_long = fields.Boolean(
        compute="_compute_is_too_long",
    )

    @api.depends("open_credit_ids", "other_item_ids")
    def _compute_is_too_long(self):
        for wizard in self:
            is_stored = wizard._origin.partner_id == wizard.partner_id
            wizard.is_too_long = len(wizard.open_credit_ids) + len(wizard.other_item_ids) > PAGE and not is_stored

    def action_list_items(self):
        """List what is open with a client that was chosen in a form that is too long for it."""
        self.ensure_one()
        return self._open(self._prepare_stored_vals())

    def _prepare_stored_vals(self):
        """The values of the same form that is stored."""
        return (
            {name: self[name].id for name in ("company_id", "partner_id", "currency_id", "reason_id")}
            | {name: self[name].id for name in ("journal_id", "payment_method_line_id")}
            | {"date": self.date, "memo": self.memo, "send_notice": self.send_notice}
        )

    @api.model
    def _open(self, vals):
        """Open a wizard. It is stored only when the clerk confirms, or where it is too long for the web client.

        :param vals: dict, values of the wizard
        :return: an action dictionary
        :raise AccessError: if the user makes no refunds
        """
        self.check_access("create")
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund a Client"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"} | {f"default_{name}": value for name, value in vals.items()},
        }
        if self._is_long(vals):
            action["res_id"] = with_neutral_context(self).create(vals).id
        return action

    @api.model
    def _is_long(self, vals):
        """Whether more is open than the web client copes with in a form that is not stored.

        Of a stored one it loads a page at a time, of another one it keeps all lines and sends them with each change.
        """
        if not vals.get("partner_id"):
            return False
        # whatever of it the wizard leaves out: this is asked each time, and has to be quick
        open_items = [
            ("account_id.account_type", "=", "asset_receivable"),
            ("partner_id.commercial_partner_id", "=", vals["partner_id"]),
            ("reconciled", "=", False),
        ]
        return self.env["account.move.line"].search_count(open_items, limit=PAGE + 1) > PAGE

    @api.model
    def _open_for_credits(self, credits, only_free=False):
        """Open the wizard with these credits ticked, and no others.

        :param credits: account.move.line, open credits
        :param only_free: bool, True to tick only what nothing holds back
        :return: an action dictionary
        :raise UserError: if they are not of one client, company and currency
        """
        clients = credits.partner_id.commercial_partner_id
        if len(clients) != 1:
            raise UserError(
                self.env._(
                    "Refund one client at a time. These credits belong to %(clients)s.",
                    clients=", ".join(clients.mapped("display_name")) or self.env._("no client"),
                )
            )
        if len(credits.company_id) != 1:
            raise UserError(
                self.env._(
                    "Refund one company's credits at a time. These belong to %(companies)s.",
                    companies=", ".join(credits.company_id.mapped("display_name")),
                )
            )
        if len(credits.currency_id) != 1:
            raise UserError(
                self.env._(
                    "Refund one currency at a time. These credits are in %(currencies)s.",
                    currencies=", ".join(credits.currency_id.mapped("name")),
                )
            )
        return self._open(
            {
                "partner_id": clients.id,
                "company_id": credits.company_id.id,
                "currency_id": credits.currency_id.id,
                "credit_ids": [Command.set(credits.ids)],
                "only_free": only_free,
            }
        )
