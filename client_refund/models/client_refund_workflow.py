"""The key to what only the refund's own methods may write.

A state, a payment or a reconciliation of a refund can't be changed from outside. Its methods prove who they are with
an object in the context: code can hold it, a context that comes over RPC can't (core does the same with
``BYPASS_LOCK_CHECK``).
"""

from odoo.tools.misc import clean_context

_WORKFLOW = object()


def with_workflow(records):
    """The same records, in the hands of the refund's own methods, and free of the caller's defaults."""
    return without_defaults(records).with_context(client_refund_workflow=_WORKFLOW)


def without_defaults(records):
    """The same records without `default_*` in the context: a dashboard or a program leaves them there."""
    return records.with_context(clean_context(records.env.context))  # pylint: disable=context-overridden


def in_workflow(env):
    """Whether the caller is one of the refund's own methods."""
    return env.context.get("client_refund_workflow") is _WORKFLOW
