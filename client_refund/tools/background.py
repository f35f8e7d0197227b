import logging

from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# Somebody else was at the same rows: the same is done again.
CONCURRENCY_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


def step_back_for_others(record, act):
    """Do something in the background, unless others are at the same rows: then it is rolled back.

    :param record: what is worked on
    :param act: callable
    :return: what it gives; False where others are in the way
    """
    try:
        result = act()
        record.env.flush_all()  # what waits to be written may fail too
        return result
    except CONCURRENCY_ERRORS as error:
        record.env.cr.rollback()
        _logger.info("%s: %r", record, error)
        return False


def get_error_text(error):
    """What an error says; one that says nothing would be taken for none."""
    return str(error).strip() or repr(error)
