"""The key to what only the own methods of a refund or another document may write.

A state, a payment or a reconciliation of a refund can't be changed from outside. Its methods prove who they are with
an object in the context: code can hold it, a context that comes over RPC can't (core does the same with
``BYPASS_LOCK_CHECK``). The key says whose it is: it opens nothing of another refund.
"""

_NAME = "client_refund_workflow"
# Flags of core that bend what is booked, silence its trail, or find what is archived. With other modules' flags the
# caller says how *they* work: these stay.
_BENDING_PREFIXES = ("bypass_", "client_refund_", "default_", "skip_")
_BENDING_FLAGS = frozenset(
    {
        "account_default_taxes",
        "accrual_entry_date",
        "active_test",
        "add_caba_vals",
        "append_fields",
        "caba_no_transition_account",
        "chart_template_load",
        "check_move_validity",
        "clear_sequence_mixin_cache",
        "compute_all_use_raw_base_lines",
        "date",
        "disable_abnormal_invoice_detection",
        "dynamic_fiscal_position_id",
        "dynamic_unlink",
        "force_delete",
        "force_payment_move",
        "force_price_include",
        "forced_rate_from_register_payment",
        "has_tax",
        "import_file",
        "install_mode",
        "ir_sequence_date",
        "ir_sequence_date_range",
        "is_payment",
        "is_statement_line",
        "journal_type",
        "mail_activity_automation_skip",
        "mail_create_nolog",
        "mail_notrack",
        "move_date",
        "move_reverse_cancel",
        "move_type",
        "no_anti_regex",
        "no_cash_basis",
        "no_exchange_difference",
        "no_exchange_difference_no_recursive",
        "preferred_account_ids",
        "preferred_account_type",
        "quick_encoding_vals",
        "reduced_line_sorting",
        "round_base",
        "tracking_disable",
        "validate_analytic",
    }
)


class _Key(frozenset):
    """Whose own methods are at work: pairs of model and id, and of model and None for what is not made yet."""


def with_workflow(records, owner=None):
    """The same records, each once, in the hands of their owner's own methods and free of what could bend those.

    Who is in other hands already stays there too.

    :param owner: recordset, whose methods these are; without one, the records' own
    """
    owner = records if owner is None else owner
    opened = {(owner._name, record_id) for record_id in (None, *owner.ids)}
    key = _Key(_get_key(records.env) | opened)
    return with_neutral_context(records.union()).with_context(**{_NAME: key})


def with_neutral_context(records):
    """The same records without what in the caller's context could bend what is booked; the key is kept."""
    neutral = {
        name: value
        for name, value in records.env.context.items()
        if name == _NAME or not (name in _BENDING_FLAGS or name.startswith(_BENDING_PREFIXES))
    }
    if len(neutral) == len(records.env.context):
        return records
    return records.with_context(neutral)  # pylint: disable=context-overridden


def in_workflow(owner):
    """Whether the caller is one of the own methods of all of these.

    :param owner: recordset as the caller has it; empty: one that such methods are about to make
    """
    key = _get_key(owner.env)
    return all((owner._name, record_id) in key for record_id in owner.ids or (None,))


def in_any_workflow(env):
    """Whether the caller is one of the own methods of anything."""
    return bool(_get_key(env))


def _get_key(env):
    key = env.context.get(_NAME)
    return key if isinstance(key, _Key) else _Key()
