from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..models.client_refund_check import NAMED

# A refund that is dated further ahead is most likely a slip of the pen.
DAYS_AHEAD = 30


class ClientRefundWizardAlerts(models.TransientModel):
    """What the clerk should know before confirming: banners, with a button that leads to the cure."""

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

    alerts = fields.Json(compute="_compute_alerts")
    needs_approval = fields.Boolean(compute="_compute_alerts")
    confirm_label = fields.Char(compute="_compute_confirm_label")

    @api.depends(
        "partner_id",
        "company_id",
        "currency_id",
        "date",
        "journal_id",
        "payment_method_line_id",
        "partner_bank_id",
        "line_ids.selected",
        "line_ids.amount",
        "offset_ids.selected",
        "offset_ids.amount",
    )
    def _compute_alerts(self):
        for wizard in self:
            risks = wizard._get_risks()
            reasons = wizard._get_approval_reasons(risks)[wizard] if wizard._get_selected_lines() else {}
            if wizard.refund_state == "to_approve":
                reasons = wizard._get_change_reasons(reasons)
            wizard.needs_approval = bool(reasons)
            wizard.alerts = wizard._get_alerts(risks[wizard], reasons) if wizard.partner_id else {}

    @api.depends("alerts", "needs_approval", "amount", "amount_offset", "line_ids")
    def _compute_confirm_label(self):
        for wizard in self:
            is_open = wizard.line_ids and "blocked" not in (wizard.alerts or {})
            wizard.confirm_label = wizard._get_confirm_label() if is_open else False

    def _get_confirm_label(self):
        settles_only = self.amount_offset and not self._is_paying()
        # in the language of the text beside it; without one, the user's would be read
        amount = format_amount(
            self.env,
            self.amount_offset if settles_only else self.amount,
            self.currency_id,
            lang_code=self.env.lang or "en_US",
        )
        if self.needs_approval:
            return self.env._("Ask for Approval of %(amount)s", amount=amount)
        if settles_only:
            return self.env._("Settle %(amount)s", amount=amount)
        return self.env._("Refund %(amount)s", amount=amount)

    def _get_alerts(self, risks, reasons):
        """What the clerk should know before confirming.

        :param risks: dict, kind of risk: values
        :param reasons: dict, code: values, why the refund needs approval
        :return: dict of banners in the shape of core's `actionable_errors` widget: `message`, `level`, and optionally
            `action_text` and the cure: `action`, or `changes` of the form
        """
        self.ensure_one()
        alerts = {
            "change": self._get_change_alert(),
            "blocked": self._get_blocked_alert(),
            "no_credit": self._get_no_credit_alert(),
            "not_offered": self._get_not_offered_alert(),
            "date": self._get_date_alert(),
            **self._get_other_currency_alerts(),
            "reserved": self._get_reserved_alert(),
            "excluded": self._get_excluded_alert(),
            "uncleared_credits": self._get_uncleared_alert(),
            "also_owes": self._get_also_owes_alert(),
            "several_origins": self._get_several_origins_alert(),
            "trusted_account_missing": self._get_trusted_account_missing_alert(),
            "other_account_currency": self._get_other_account_currency_alert(),
            "no_payee_account": self._get_no_payee_account_alert(),
            **{kind: self._get_risk_alert(kind, values) for kind, values in risks.items()},
            "approval": self._get_approval_alert(reasons, risks),
        }
        return {key: alert for key, alert in alerts.items() if alert}

    @api.model
    def _open_in_new_tab(self, record):
        """Look at a record without losing what was typed."""
        return {"type": "ir.actions.act_url", "url": f"/odoo/{record._name}/{record._origin.id}", "target": "new"}

    def _get_no_credit_alert(self):
        if self.line_ids or not self.currency_id or self.is_too_long:
            return None
        return {
            "level": "info",
            "message": self.env._(
                "%(client)s has no open credit in company %(company)s, so there is nothing to refund.",
                client=self.partner_id.display_name,
                company=self.company_id.display_name,
            ),
        }

    def _get_not_offered_alert(self):
        """What is open in the ledger and not among the credits, with the reason."""
        others = self._filter_currency(self.other_item_ids)
        if not (left_out := others.filtered(lambda item: item.amount_residual_currency < 0)):
            return None
        messages = [item._get_not_open_message() for item in left_out[:NAMED]]
        if len(left_out) > NAMED:
            messages.append(self.env._("And %(count)s more.", count=len(left_out) - NAMED))
        return {"level": "info", "message": "\n".join(messages)}

    def _get_date_alert(self):
        if message := self._get_too_early_message():
            return {"level": "danger", "message": message}
        days = (self.date - fields.Date.context_today(self)).days if self.date else 0
        if days <= DAYS_AHEAD:
            return None
        return {
            "level": "warning",
            "message": self.env._(
                "%(date)s is %(days)s days in the future. Is the date correct?",
                date=format_date(self.env, self.date),
                days=days,
            ),
        }

    def _get_other_currency_alerts(self):
        """A banner for each other currency of which the client has credits, with a button that switches to it."""
        others = self.available_currency_ids._origin - self.currency_id._origin
        return {
            f"other_currency_{currency.name}": {
                "level": "info",
                "message": self.env._("The client has open credits in %(currency)s too.", currency=currency.name),
                "action_text": self.env._("Switch to %(currency)s", currency=currency.name),
                "changes": {"currency_id": {"id": currency.id, "display_name": currency.display_name}},
            }
            for currency in (others if not self.refund_id else ())
        }

    def _get_reserved_alert(self):
        refunds = self.line_ids.move_line_id._origin._get_refund_reservations().refund_id - self.refund_id
        if not refunds:
            return None
        return {
            "level": "warning",
            "message": self.env._(
                "%(refunds)s already reserves some of these credits. What is reserved can't be refunded again.",
                refunds=refunds._join_names(),
            ),
            "action_text": self.env._("View Refund"),
            "action": self._open_in_new_tab(refunds[0]),
        }

    def _get_blocked_alert(self):
        blocks = self.partner_id._get_client_refund_blocks()
        if not blocks:
            return None
        return {
            "level": "danger",
            "message": blocks[self.partner_id],
            "action_text": self.env._("View Client"),
            "action": self._open_in_new_tab(self.partner_id),
        }

    def _get_excluded_alert(self):
        credits = self.line_ids.move_line_id._origin
        excluded = credits._get_excluded_accounts()
        if not excluded:
            return None
        accounts = self.env["account.account"].union(*excluded.values())
        message = self.env._(
            "According to the settings of the company, nothing on account %(accounts)s is refunded.",
            accounts=", ".join(accounts.mapped("display_name")),
        )
        taken_over = [credit for credit in excluded if credit.account_id not in excluded[credit]]
        if taken_over:
            documents = ", ".join(credit.move_id.display_name for credit in taken_over)
            message += " " + self.env._("A journal entry moved %(documents)s from there.", documents=documents)
        if excluded.keys() - credits._get_refused_accounts(self.env.user).keys():
            message += " " + self.env._("If the money belongs to the client now, you may tick it.")
        return {"level": "info", "message": message}

    def _get_uncleared_alert(self):
        unticked = self.line_ids.filtered(lambda line: line.held_back == "uncleared" and not line.selected)
        if not unticked:
            return None
        message = self.env["account.move.line"]._get_uncleared_message(unticked.mapped("document"))
        if self.company_id._is_client_refund_approval_wanted():
            message += " " + self.env._("If you tick it, the refund needs approval.")
        else:
            message += " " + self.env._("Tick it if you know that the money has arrived.")
        return {"level": "info", "message": message}

    def _get_also_owes_alert(self):
        if self.offset_policy == "ignore" or not self._is_paying():
            return None
        owed = sum(self.offset_ids.mapped("amount_open")) - self.amount_offset
        if self.currency_id.compare_amounts(owed, 0) <= 0:
            return None
        return {
            "level": "danger" if self.offset_policy == "require" else "warning",
            "message": self.env._(
                "The client also owes %(amount)s. Tick the open invoices below to settle them from the credits first.",
                amount=format_amount(self.env, owed, self.currency_id),
            ),
            "action_text": self.env._("View Client"),
            "action": self._open_in_new_tab(self.partner_id),
        }

    def _get_several_origins_alert(self):
        origins = self._get_origin_accounts()
        if len(origins) < 2:
            return None
        return {
            "level": "warning",
            "message": self.env._(
                "The money came from several accounts: %(accounts)s. Choose the payee account, or refund the credits "
                "of each account separately.",
                accounts=", ".join(origins.mapped("acc_number")),
            ),
        }

    def _get_trusted_account_missing_alert(self):
        if not self._is_trusted_account_missing():
            return None
        return {
            "level": "danger",
            "message": self.env._(
                "Payment method %(method)s pays to trusted bank accounts only.",
                method=self.payment_method_line_id.name,
            ),
            "action_text": self.env._("View Client"),
            "action": self._open_in_new_tab(self.partner_id),
        }

    def _get_risk_alert(self, kind, values):
        alert = {"level": "danger", "message": self._describe_code(kind, values)}
        if kind == "duplicate":
            alert |= {
                "action_text": self.env._("View Refund"),
                "action": self._open_in_new_tab(self.env["client.refund"].browse(values["ids"][0])),
            }
        return alert

    def _get_approval_alert(self, reasons, risks):
        """That somebody else must approve, and who may: told before anything waits.

        The risks have banners of their own.
        """
        if not reasons:
            return None
        told = self._describe({code: reasons[code] for code in reasons if code not in risks})
        limits = self.env["client.refund.approval.limit"]
        approvers = limits._get_approvers_by_document(self._get_amounts_together())[self]
        texts = {
            "reasons": " ".join(told or [self.env._("It has risks.")]),
            "approvers": ", ".join(approvers.mapped("name")),
        }
        if approvers:
            return {
                "level": "warning",
                "message": self.env._(
                    "Somebody else must approve this refund: %(reasons)s Users who may approve it: %(approvers)s.",
                    **texts,
                ),
            }
        message = self.env._(
            "Somebody else must approve this refund, but nobody else has the right to: %(reasons)s An administrator "
            "can give somebody the right to approve refunds, raise a limit, or change the approval policy.",
            **texts,
        )
        if not self.env.user.has_group("base.group_system"):
            return {"level": "danger", "message": message}
        return {
            "level": "danger",
            "message": message,
            "action_text": self.env._("Open Settings"),
            "action": {
                "type": "ir.actions.act_url",
                "url": "/odoo/action-account.action_account_config",
                "target": "new",
            },
        }

    def _get_change_alert(self):
        """To change what waits is to ask for it: who could have approved it can't any more."""
        refund = self._get_own_refund()
        if not refund.can_approve or not self.env.user.has_group("client_refund.group_client_refund_approve"):
            return None
        return {
            "level": "warning",
            "message": self.env._(
                "You may approve %(refund)s as it is. If you change it, somebody else must approve it.",
                refund=refund.name,
            ),
        }
