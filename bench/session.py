"""An Odoo environment in this process, as the administrator (not the superuser: access rights cost something)."""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


@contextmanager
def environment(database):
    """Give an environment on a database; what is not committed is rolled back."""
    config.parse_config(["--database", database, "--no-http", "--log-level=warn"], setup_logging=True)
    with Registry(database).cursor() as cr:
        admin = api.Environment(cr, SUPERUSER_ID, {}).ref("base.user_admin")
        yield api.Environment(cr, admin.id, {})
