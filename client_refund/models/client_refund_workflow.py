"""The key to what only the refund's own methods may write.

A state, a payment or a reconciliation of a refund can't be changed from outside. Its methods prove who they are with
an object in the context: code can hold it, a context that comes over RPC can't (core does the same with
``BYPASS_LOCK_CHECK``).
"""

_WORKFLOW = object()


def with_workflow(records):
    """The same records, in the hands of the refund's own methods."""
    return records.with_context(client_refund_workflow=_WORKFLOW)


def in_workflow(env):
    """Whether the caller is one of the refund's own methods."""
    return env.context.get("client_refund_workflow") is _WORKFLOW
