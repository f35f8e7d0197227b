from odoo.exceptions import UserError
from odoo.tools import SQL

TOUCH = SQL("write_uid = write_uid")


def lock_or_refuse(records, message, touch=TOUCH):
    """Lock records until the transaction ends; what they say is to be read after this.

    What the transaction has locked already is not locked again: since then nobody else can have changed it. But what is
    worked out of it is worked out anew, from what this transaction has done.

    :param message: function that gives what is said of the records that somebody else is working on
    :param touch: SQL, what is written to them
    :raise UserError: if somebody else is working on one of them at this moment
    """
    # forgotten with the locks, when the transaction ends or a part of it is taken back
    locked = records.env.cr.cache.setdefault(("client_refund_locked", records._name), set())
    known = records.filtered(lambda record: record.id in locked)
    known.invalidate_recordset(
        [field.name for field in known._fields.values() if field.compute and not field.store], flush=False
    )
    records -= known
    if not records:
        return
    records.flush_recordset()
    if busy := records - records.try_lock_for_update(allow_referencing=True):
        raise UserError(message(busy))
    # What is held of a record leaves it as it is. Touched, it makes any transaction fail and be replayed that locks it
    # with a snapshot from before.
    records.env.cr.execute(
        SQL("UPDATE %s SET %s WHERE id IN %s", SQL.identifier(records._table), touch, tuple(records.ids))
    )
    records.invalidate_recordset()
    locked.update(records.ids)
