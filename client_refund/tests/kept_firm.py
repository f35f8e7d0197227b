import json

from odoo import models
from odoo.sql_db import Cursor, db_connect
from odoo.tests import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

# The system parameter of a test database that says which of its records are the firm.
KEPT_FIRM = "client_refund.kept_test_firm"


class KeptFirm(AccountTestInvoicingCommon):
    """A firm that `make test` makes once in the test database: to make it takes longer than most tests.

    Where none was kept, or one with another chart of accounts is wanted, each test class makes its own.
    """

    @classmethod
    def setUpClass(cls):
        kept = cls._get_kept_firm()
        if kept and not cls.chart_template:
            super(BaseCommon, cls).setUpClass()
            cls._take_firm(**kept)
        else:
            super().setUpClass()
            cls._make_firm()

    @classmethod
    def keep_firm(cls):
        """Make the firm for all test classes, and commit it."""
        cls.setUpClass()
        kept = {"attributes": cls._to_ids(vars(cls)), "company_data": cls._to_ids(cls.company_data)}
        cls.env["ir.config_parameter"].set_param(KEPT_FIRM, json.dumps(kept))
        cls.env.flush_all()
        Cursor.commit(cls.cr)
        cls.doClassCleanups()

    @classmethod
    def _make_firm(cls):
        """Make what core's firm lacks."""

    @classmethod
    def _take_firm(cls, attributes, company_data):
        _model, user_ids = attributes["user"]
        cls.env = cls.env(user=user_ids[0], context={**cls.env.context, **cls.default_env_context()})
        for name, records in cls._to_records(attributes).items():
            setattr(cls, name, records)
        cls.company_data = cls._to_records(company_data)
        cls.maxDiff, cls.tax_number = None, 0

    @classmethod
    def setup_independent_user(cls):
        # the firm that was kept has the names of the one that is made
        for records in cls._to_records(cls._get_kept_firm().get("attributes", {})).values():
            if name := {"res.company": "name", "res.users": "login"}.get(records._name):
                records[name] = f"kept {records[name]}"
                records.flush_recordset()
        return super().setup_independent_user()

    @classmethod
    def _get_kept_firm(cls):
        with db_connect(get_db_name()).cursor() as cr:
            cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [KEPT_FIRM])
            row = cr.fetchone()
        return json.loads(row[0]) if row else {}

    @staticmethod
    def _to_ids(records):
        return {
            name: (value._name, value.ids) for name, value in records.items() if isinstance(value, models.BaseModel)
        }

    @classmethod
    def _to_records(cls, kept):
        return {name: cls.env[model].browse(ids) for name, (model, ids) in kept.items()}
