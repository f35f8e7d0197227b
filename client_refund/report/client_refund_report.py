from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.lists import without_owner


class ClientRefundReport(models.Model):
    """The analysis of refunds: one row per credit that a refund takes something of.

    Amounts are in the company's currency, so that they add up over currencies. What a refund pays out is shared out
    between its rows to the last cent: they add up to its `amount_company_currency`.
    """

    _name = "client.refund.report"
    _description = "Refund Analysis"
    _auto = False
    _rec_name = "refund_id"
    _order = "date desc, id desc"
    _depends = {
        "account.move.line": ["date", "payment_id"],
        "account.payment": ["journal_id", "payment_method_line_id"],
        "client.refund": [
            "amount",
            "amount_company_currency",
            "approver_id",
            "company_id",
            "currency_id",
            "date",
            "journal_id",
            "name",
            "partner_id",
            "payment_method_line_id",
            "reason_id",
            "returned_on",
            "state",
            "user_id",
        ],
        "client.refund.line": [
            "amount",
            "amount_offset",
            "move_line_id",
            "payment_line_id",
            "refund_id",
            "source_type",
        ],
        "res.company": ["currency_id", "parent_path"],
        "res.currency": ["decimal_places"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }

    refund_id = fields.Many2one("client.refund", string="Client Refund", readonly=True)
    name = fields.Char(string="Number", readonly=True)
    refund_count = fields.Integer(
        string="Refunds",
        readonly=True,
        aggregator="count_distinct",
        help="The number of refunds. A refund of several credits counts once.",
    )
    date = fields.Date(readonly=True)
    credit_date = fields.Date(readonly=True, help="The date of the credit. Empty if its document was deleted.")
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    reason_id = fields.Many2one("client.refund.reason", readonly=True)
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid From",
        readonly=True,
        help="The journal of the payment once it exists.",
    )
    payment_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Payment Method",
        readonly=True,
        help="The method of the payment once it exists.",
    )
    source_type = fields.Selection(
        selection=lambda self: (
            self.env["account.move.line"]._fields["refund_source_type"]._description_selection(self.env)
        ),
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="Requested By", readonly=True)
    approver_id = fields.Many2one("res.users", string="Approved By", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["client.refund"]._fields["state"]._description_selection(self.env),
        string="Status",
        readonly=True,
    )
    is_returned = fields.Boolean(string="Returned by Bank", readonly=True, help="The bank sent the money back.")
    days_to_refund = fields.Integer(
        string="Days to Refund",
        readonly=True,
        aggregator="avg",
        help="Days from the date of the credit to that of the refund, on average.",
    )
    amount_credit = fields.Monetary(
        string="Credits Total",
        readonly=True,
        currency_field="company_currency_id",
        help="What the refunds take of the credits, in the currency of the company: what they settle and what they "
        "pay out. Draft, waiting and canceled refunds count if they are shown.",
    )
    amount_offset = fields.Monetary(
        string="Settled",
        readonly=True,
        currency_field="company_currency_id",
        help="The part that settles open invoices, in the currency of the company at the date of the refund.",
    )
    amount = fields.Monetary(
        string="Refund Amount",
        readonly=True,
        currency_field="company_currency_id",
        help="The part that is paid out, in the currency of the company.",
    )

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self):
        return SQL(
            """
            SELECT line.id,
                   line.refund_id,
                   refund.name,
                   refund.id AS refund_count,
                   refund.date,
                   credit.date AS credit_date,
                   refund.partner_id,
                   refund.company_id,
                   company.currency_id AS company_currency_id,
                   refund.currency_id,
                   refund.reason_id,
                   COALESCE(payment.journal_id, refund.journal_id) AS journal_id,
                   COALESCE(payment.payment_method_line_id, refund.payment_method_line_id) AS payment_method_line_id,
                   line.source_type,
                   refund.user_id,
                   refund.approver_id,
                   refund.state,
                   refund.returned_on IS NOT NULL AS is_returned,
                   refund.date - credit.date AS days_to_refund,
                   line.amount_offset + line.amount_paid_out AS amount_credit,
                   line.amount_offset,
                   line.amount_paid_out AS amount
            """
        )

    @api.model
    def _from(self):
        return SQL(
            """
              FROM %(lines)s AS line
              JOIN client_refund refund ON refund.id = line.refund_id
              JOIN res_company company ON company.id = refund.company_id
         LEFT JOIN account_move_line credit ON credit.id = line.move_line_id
         LEFT JOIN account_move_line payment_item ON payment_item.id = line.payment_line_id
         LEFT JOIN account_payment payment ON payment.id = payment_item.payment_id
            """,
            lines=self._get_lines_sql(),
        )

    @api.model
    def _where(self):
        return SQL()

    @api.model
    def _get_lines_sql(self):
        """The lines of refunds with their shares in the company's currency."""
        return SQL(
            """(
            SELECT line.id,
                   line.refund_id,
                   line.move_line_id,
                   line.payment_line_id,
                   line.source_type,
                   CASE WHEN line.amount_offset = 0 THEN 0 ELSE %(offset)s END AS amount_offset,
                   CASE WHEN line.amount = line.amount_offset THEN 0 ELSE %(paid_out)s END AS amount_paid_out
              FROM client_refund_line line
              JOIN client_refund refund ON refund.id = line.refund_id
              JOIN res_company company ON company.id = refund.company_id
              JOIN res_currency company_currency ON company_currency.id = company.currency_id
            WINDOW so_far AS (PARTITION BY line.refund_id ORDER BY line.id)
            )""",
            offset=self._get_share_sql(SQL("line.amount_offset"), self._get_rate_sql()),
            paid_out=self._get_share_sql(
                SQL("(line.amount - line.amount_offset)"),
                SQL("refund.amount_company_currency"),
                SQL("NULLIF(refund.amount, 0)"),
            ),
        )

    @api.model
    def _get_share_sql(self, amount, rate, unit=None):
        """An amount of a line at a rate: rounded as running totals, the lines of a refund add up.

        :param amount: SQL, in the currency of the refund
        :param rate: SQL, what this much of the refund's currency is worth in the company's
        :param unit: SQL, how much of the refund's currency; one if none is given
        """
        return SQL(
            """(
                ROUND(SUM(%(amount)s) OVER so_far * %(rate)s / %(unit)s, company_currency.decimal_places)
                - ROUND((SUM(%(amount)s) OVER so_far - %(amount)s) * %(rate)s / %(unit)s,
                        company_currency.decimal_places)
            )""",
            amount=amount,
            rate=rate,
            unit=unit or SQL("1"),
        )

    @api.model
    def _get_rate_sql(self):
        """What one unit of the refund's currency is worth in the company's, at the refund's date, as core converts."""
        return SQL(
            "%s / %s",
            self._get_currency_rate_sql(SQL("company.currency_id")),
            self._get_currency_rate_sql(SQL("refund.currency_id")),
        )

    @api.model
    def _get_currency_rate_sql(self, currency):
        """The rate of a currency at the refund's date: the latest one, or else the first, or else 1.

        :param currency: SQL, its id
        :return: SQL, a scalar
        """
        return SQL(
            """COALESCE((
                SELECT rate.rate
                  FROM res_currency_rate rate
                 WHERE rate.currency_id = %(currency)s
                   AND (rate.company_id IS NULL OR rate.company_id = SPLIT_PART(company.parent_path, '/', 1)::int)
              ORDER BY rate.name > refund.date,
                       rate.company_id,
                       CASE WHEN rate.name <= refund.date THEN rate.name END DESC,
                       rate.name
                 LIMIT 1
            ), 1)""",
            currency=currency,
        )

    def action_open_refund(self):
        """Open the refund of this row."""
        return without_owner(self.refund_id._get_records_action(name=self.env._("Client Refund")))
