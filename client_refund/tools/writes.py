"""Writing to many records without doing for each what can be done once."""

from contextlib import contextmanager


@contextmanager
def keeping_roundings(env):
    """Keep the environments in which core rounds amounts: what nobody keeps is made anew for each amount."""
    kept = [
        base(su=True, context={**base.context, "prefetch_fields": False}) for base in (env, env.transaction.default_env)
    ]
    yield kept
