"""Whose time it is: what of an act is spent in the addon's own code, and what in core's."""

import signal
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

# Between two looks, in seconds.
INTERVAL = 0.002
# How many methods are named.
NAMED = 12


@dataclass
class Shares:
    """How often which method was found at work."""

    addon: Counter = field(default_factory=Counter)
    core: Counter = field(default_factory=Counter)

    @property
    def own(self):
        """The addon's own share."""
        return self.addon.total() / self.total

    @property
    def total(self):
        return self.addon.total() + self.core.total()

    def describe(self):
        """Where most of the time goes.

        :return: iterator of str
        """
        for name, methods in (("the addon's", self.addon), ("core's", self.core)):
            yield f"{methods.total() / self.total:.1%} {name}:"
            for method, number in methods.most_common(NAMED):
                yield f"  {number / self.total:.1%} {method}"


@contextmanager
def sampled():
    """Give `Shares` that are filled by what goes on until the end, time in PostgreSQL included.

    The innermost method that is not the ORM's says whose time it is. What core's mail does to make and write a document
    of the addon is the addon's, too; what core does with its own documents is not, whoever calls it.
    """
    shares = Shares()

    def look(number, frame):
        while frame:
            module = frame.f_globals.get("__name__", "")
            if module.startswith("odoo.addons."):
                name = str(getattr(frame.f_locals.get("self"), "_name", None))
                is_own = module.startswith("odoo.addons.client_refund") or name.startswith("client.")
                methods = shares.addon if is_own else shares.core
                methods[f"{module.rpartition('.')[2]}.{frame.f_code.co_name} of {name}"] += 1
                return
            frame = frame.f_back

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, INTERVAL, INTERVAL)
    try:
        yield shares
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
