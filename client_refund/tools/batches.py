"""Doing something with many documents at once, so that who is refused learns which one it was."""

from contextlib import nullcontext

from odoo.exceptions import AccessError, LockError, RedirectWarning, UserError

from .problems import raise_problems
from .writes import keeping_roundings


def do_or_name(documents, act):
    """Do something with these documents as one batch.

    :param documents: recordset with `partner_id` and `_name_problem`
    :param act: function of documents
    :raise UserError: where core refuses one of them, with client, document and amount of which one
    """
    try:
        # what core did of a batch is taken back to see which of them it refuses
        with keeping_roundings(documents.env), documents.env.cr.savepoint() if len(documents) > 1 else nullcontext():
            act(documents)
    except (AccessError, LockError):
        raise
    except (UserError, RedirectWarning) as error:
        raise_problems(_find_refused(documents, act, error))
        raise


def _find_refused(documents, act, error):
    """Which of these documents core refuses, and why.

    :param error: what was raised when it was done with them together
    :return: list of (record, str)
    """
    if len(documents) == 1:
        text = str(error.args[0])
        # what is refused by name already is not named again
        return [(documents.browse() if documents.partner_id.display_name in text else documents, text)]
    half = len(documents) // 2
    return _try(documents[:half], act) + _try(documents[half:], act)


def _try(documents, act):
    """The same, of some of them, each half on its own."""
    refusal = None
    savepoint = documents.env.cr.savepoint()
    try:
        act(documents)
    except (UserError, RedirectWarning) as error:
        refusal = error
    finally:
        savepoint.close(rollback=True)
    return _find_refused(documents, act, refusal) if refusal else []
