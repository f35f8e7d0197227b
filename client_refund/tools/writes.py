"""Writing to many records without doing for each what can be done once."""

from contextlib import contextmanager


@contextmanager
def keeping_roundings(env):
    """Keep the environments in which core rounds amounts: what nobody keeps is made anew for each amount."""
    kept = [
        base(su=True, context={**base.context, "prefetch_fields": False}) for base in (env, env.transaction.default_env)
    ]
    yield kept


@contextmanager
def writing_each(records, *names):
    """Let these fields be set on one of these records after the other, as if all were written at once.

    Core's `write` takes the same values for all; called for each, it looks each time for all that follows from them.
    """
    records.check_access("write")
    records.modified(names, before=True)
    with records.env.protecting([records._fields[name] for name in names], records):
        yield
        records.modified(names)
    records._validate_fields(names)
    records._check_company(names)
