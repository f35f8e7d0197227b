from odoo.exceptions import AccessError
from odoo.tools import SQL


def mark_in_register(records):
    """Let the register be asked whenever something becomes of these: for all others it is not.

    :param records: account.move.line or res.partner
    """
    # nobody reads it but the register: no reason to write these as if somebody had changed them
    records.env.cr.execute(
        SQL(
            "UPDATE %s SET is_in_register = TRUE WHERE id IN %s AND is_in_register IS NOT TRUE",
            SQL.identifier(records._table),
            tuple(records.ids) or (None,),
        )
    )
    records.invalidate_recordset(["is_in_register"], flush=False)


def check_mark_kept(records, vals):
    """Refuse to take the mark away: without it the register would not learn what becomes of these.

    :param vals: dict, what is about to be written
    :raise AccessError: for any user
    """
    if not vals.get("is_in_register", True) and not records.env.su:
        raise AccessError(records.env._("Only the register of dormant credits can change this mark."))
