"""The key to what only the refund's own methods may write.

A state, a payment or a reconciliation of a refund can't be changed from outside. Its methods prove who they are with
an object in the context: code can hold it, a context that comes over RPC can't (core does the same with
``BYPASS_LOCK_CHECK``).
"""

_WORKFLOW = object()
# Who may own an entry or a reconciliation, and the field that says so.
OWNER_FIELDS = {"client.refund": "client_refund_id", "client.dormant.credit": "client_dormant_id"}
# What a caller's context may say: anything else, such as `default_*` keys or core's flags, could bend what is booked.
_NEUTRAL_KEYS = ("allowed_company_ids", "lang", "tz", "uid")


def with_workflow(records):
    """The same records, each once, in the hands of the refund's own methods and free of the caller's context."""
    return with_neutral_context(records.union()).with_context(client_refund_workflow=_WORKFLOW)


def with_neutral_context(records):
    """The same records with nothing in the context but user, language, time zone and companies; the key is kept."""
    context = records.env.context
    neutral = {key: context[key] for key in (*_NEUTRAL_KEYS, "client_refund_workflow") if key in context}
    return records.with_context(neutral)  # pylint: disable=context-overridden


def in_workflow(env):
    """Whether the caller is one of the refund's own methods."""
    return env.context.get("client_refund_workflow") is _WORKFLOW


def get_refused_fields(records, vals_list, allowed):
    """What of these values only the own methods of these records write; chatter and activities are free.

    :param allowed: set of str, fields that anybody may write
    :return: str, the labels of the fields; empty where all may be written
    """
    env = records.env
    if in_workflow(env):
        return ""
    written = {name for vals in vals_list for name in vals}
    free = env["mail.thread"]._fields.keys() | env["mail.activity.mixin"]._fields.keys()
    refused = (written - allowed - free) & records._fields.keys()
    return ", ".join(sorted(records._fields[name]._description_string(env) for name in refused))
