from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# The columns by age: from how many days on a credit counts in each, up to the next one.
AGES = {
    "amount_age_000_030": 0,
    "amount_age_031_090": 31,
    "amount_age_091_180": 91,
    "amount_age_181_365": 181,
    "amount_age_366": 366,
}


class ClientCreditRows(models.Model):
    """The query behind the worklist."""

    _inherit = "client.credit"  # pylint: disable=consider-merging-classes-inherited

    @property
    def _table_query(self):
        """One row for each client, company, currency and receivable account with open credits."""
        return SQL("SELECT %s FROM %s WHERE %s", self._select(), self._from(), self._where())

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        """Build the groups once for the page and its length; what is summed up is summed up for the page alone."""
        if not limit:
            return super().web_search_read(domain, specification, offset, limit, order, count_limit)
        found = self.search(domain, order=order, limit=count_limit and max(count_limit, offset + limit))
        page = found[offset : offset + limit]
        return {"length": len(found), "records": page._of_their_clients().web_read(specification)}

    def _of_their_clients(self):
        """These rows, to be read without building those of all other clients."""
        clients = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT COALESCE(contact.commercial_partner_id, contact.id)
                  FROM account_move_line item
                  JOIN res_partner contact ON contact.id = item.partner_id
                 WHERE item.id IN %s
                """,
                tuple(self.ids) or (None,),
            )
        )
        return self._of_clients([client_id for (client_id,) in clients])

    def _of_clients(self, client_ids):
        """These rows, or none, where only those of some clients are looked for.

        :param client_ids: list of ids
        """
        ids = tuple(client_ids) or (None,)
        contacts = self.env.execute_query(
            SQL("SELECT id FROM res_partner WHERE commercial_partner_id IN %s OR id IN %s", ids, ids)
        )
        return self.with_context(client_credit_contacts=tuple(contact_id for (contact_id,) in contacts) or (None,))

    @api.model
    def _select(self):
        """The columns of a row, of what `_from` joins; an addon adds its own.

        What is worked out for each row on its own stands outside of the groups, so that it is worked out only for the
        rows that are shown.
        """
        return SQL(
            """credit.*,
                   GREATEST(%(today)s - credit.date, 0) AS age,
                   client.user_id,
                   company.currency_id AS company_currency_id,
                   excluded.account_id IS NOT NULL AS never_refunded,
                   CASE WHEN excluded.account_id IS NULL AND NOT %(blocked)s
                        THEN credit.amount_unreserved
                        ELSE 0
                   END AS amount_refundable,
                   CASE WHEN excluded.account_id IS NULL AND NOT %(blocked)s
                        THEN ROUND(credit.amount_unreserved_company_currency, company_currency.decimal_places)
                        ELSE 0
                   END AS amount_refundable_company_currency,
                   %(blocked)s AS client_blocked,
                   %(owed)s AS amount_owed,
                   %(last_activity)s AS last_activity""",
            today=self._get_today(),
            blocked=self._get_blocked_sql(),
            owed=self._get_owed_sql(),
            last_activity=self._get_last_activity_sql(),
        )

    @api.model
    def _from(self):
        """What a row is read of: `credit`, its `client`, `company` and `company_currency`; `excluded` where its account
        is never refunded. Joined like this, PostgreSQL leaves out what a query does not ask for.
        """
        return SQL(
            """%(groups)s AS credit
         LEFT JOIN res_partner client ON client.id = credit.partner_id
         LEFT JOIN res_company company ON company.id = credit.company_id
         LEFT JOIN res_currency company_currency ON company_currency.id = company.currency_id
         LEFT JOIN %(excluded)s AS excluded
                ON excluded.company_id = credit.company_id AND excluded.account_id = credit.account_id""",
            groups=self._get_groups_sql(),
            excluded=self._get_excluded_sql(),
        )

    @api.model
    def _where(self):
        """Which rows there are."""
        return SQL("TRUE")

    @api.model
    def _get_today(self):
        # the user's today: that of the database is not that of its time zone
        return SQL("%s::date", fields.Date.context_today(self))

    @api.model
    def _get_groups_sql(self):
        """The open credits, by the one definition, summed up. Amounts are positive."""
        open_credits, is_open_credit = self.env["account.move.line"]._get_open_credit_sql()
        taken_over = self._get_taken_over_join()
        return SQL(
            """(
            SELECT MIN(account_move_line.id) AS id,
                   COALESCE(contact.commercial_partner_id, contact.id) AS partner_id,
                   account_move_line.company_id,
                   account_move_line.currency_id,
                   account_move_line.account_id,
                   MIN(account_move_line.date) AS date,
                   COUNT(*) AS item_count,
                   SUM(-account_move_line.amount_residual_currency) AS amount_open,
                   SUM(-account_move_line.amount_residual) AS amount_open_company_currency,
                   %(by_age)s,
                   SUM(COALESCE(reserved.amount, 0)) AS amount_reserved,
                   SUM(%(unreserved)s) AS amount_unreserved,
                   SUM(
                       account_move_line.amount_residual * %(unreserved)s / account_move_line.amount_residual_currency
                   ) AS amount_unreserved_company_currency
              FROM %(open_credits)s
              JOIN res_partner contact ON contact.id = account_move_line.partner_id
         LEFT JOIN %(reserved)s AS reserved ON reserved.move_line_id = account_move_line.id
              %(taken_over)s
             WHERE %(is_open_credit)s
               AND account_move_line.account_id IN %(receivable_accounts)s
               %(of_contacts)s
          GROUP BY COALESCE(contact.commercial_partner_id, contact.id),
                   account_move_line.company_id,
                   account_move_line.currency_id,
                   account_move_line.account_id
            )""",
            unreserved=SQL(
                """CASE WHEN %s
                        THEN 0
                        ELSE GREATEST(-account_move_line.amount_residual_currency - COALESCE(reserved.amount, 0), 0)
                   END""",
                SQL("taken_over.id IS NOT NULL") if taken_over else SQL("FALSE"),
            ),
            by_age=self._get_age_sql(),
            taken_over=taken_over,
            open_credits=open_credits,
            is_open_credit=is_open_credit,
            reserved=self._get_reserved_sql(),
            receivable_accounts=self._get_receivable_account_ids() or (None,),
            of_contacts=self._get_contacts_condition(),
        )

    @api.model
    def _get_contacts_condition(self):
        """What restricts the groups to some clients. Named by their contacts, PostgreSQL finds them in the index.

        :return: SQL, empty where all are wanted
        """
        contacts = self.env.context.get("client_credit_contacts")
        return SQL("AND account_move_line.partner_id IN %s", contacts) if contacts else SQL()

    @api.model
    def _get_receivable_account_ids(self):
        """The receivable accounts. Named, PostgreSQL knows that core's index on unreconciled items pays.

        :return: tuple of ids
        """
        accounts = self.env["account.account"].sudo().with_context(active_test=False)
        return accounts._search([("account_type", "=", "asset_receivable")]).get_result_ids()

    @api.model
    def _get_reserved_sql(self):
        return SQL(
            """(
            SELECT line.move_line_id, SUM(line.amount_reserved) AS amount
              FROM client_refund_line line
             WHERE line.amount_reserved > 0
          GROUP BY line.move_line_id
            )"""
        )

    @api.model
    def _get_excluded_sql(self):
        """The accounts that a company, or one above it, never refunds."""
        return SQL(
            """(
            SELECT DISTINCT branch.id AS company_id, rel.account_account_id AS account_id
              FROM client_refund_excluded_account_rel rel
              JOIN res_company parent ON parent.id = rel.res_company_id
              JOIN res_company branch ON branch.parent_path LIKE parent.parent_path || '%%'
            )"""
        )

    @api.model
    def _get_taken_over_join(self):
        """What journal entries took over from such accounts, joined to the open credits.

        :return: SQL, empty where no account is excluded
        """
        # whatever company excludes it
        if not self.env.execute_query(SQL("SELECT FROM client_refund_excluded_account_rel LIMIT 1")):
            return SQL()
        items = self.env["account.move.line"]
        return SQL(
            "LEFT JOIN (%s) AS taken_over ON taken_over.id = account_move_line.id",
            items._get_taken_over_sql(self._get_excluded_sql()),
        )

    @api.model
    def _get_age_sql(self):
        """What is open, split by the age of each credit."""
        age = SQL("GREATEST(%s - account_move_line.date, 0)", self._get_today())
        return SQL(", ").join(
            SQL(
                "SUM(CASE WHEN %s BETWEEN %s AND %s THEN -account_move_line.amount_residual ELSE 0 END) AS %s",
                age,
                since,
                until - 1,
                SQL.identifier(name),
            )
            for (name, since), until in zip(AGES.items(), [*AGES.values()][1:] + [10**6], strict=True)
        )

    @api.model
    def _get_blocked_sql(self):
        """Whether the client, or any of its contacts, archived or not, is blocked."""
        return SQL(
            """EXISTS (
            SELECT FROM res_partner blocked
             WHERE blocked.commercial_partner_id = credit.partner_id AND blocked.client_refund_blocked
            )"""
        )

    @api.model
    def _get_owed_sql(self):
        """What the client owes, blocked invoices too: it is for the clerk to see."""
        items = self.env["account.move.line"].sudo()
        return self._get_client_items_sql(
            SQL("COALESCE(SUM(account_move_line.amount_residual_currency), 0)"),
            items._get_open_item_domain() & Domain("amount_residual_currency", ">", 0),
            SQL(
                "account_move_line.account_id = credit.account_id "
                "AND account_move_line.currency_id = credit.currency_id"
            ),
        )

    @api.model
    def _get_last_activity_sql(self):
        return self._get_client_items_sql(
            SQL("MAX(account_move_line.date)"),
            Domain([("parent_state", "=", "posted"), ("account_id.account_type", "=", "asset_receivable")]),
            SQL("TRUE"),
        )

    @api.model
    def _get_client_items_sql(self, value, domain, condition):
        """Something of the journal items of a row's client and company.

        :param value: SQL, the aggregate
        :param domain: Domain of the journal items
        :param condition: SQL, what else they have in common with the row
        :return: SQL, a scalar
        """
        if self.env.context.get("client_credit_only_sums"):
            return SQL("NULL")  # nobody asks for it, and what it is looked up by takes longer than all the rest
        query = self.env["account.move.line"].sudo()._search(domain)
        return SQL(
            """(
            SELECT %(value)s
              FROM %(items)s
             WHERE account_move_line.partner_id IN (
                       SELECT id FROM res_partner WHERE commercial_partner_id = credit.partner_id
                   )
               AND account_move_line.company_id = credit.company_id
               AND %(condition)s
               AND %(where)s
            )""",
            value=value,
            items=query.from_clause,
            condition=condition,
            where=query.where_clause,
        )
