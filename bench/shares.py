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
    outside: int = 0

    @property
    def own(self):
        """The addon's own share."""
        return self.addon.total() / self.total

    @property
    def above(self):
        """The share of what is below no method of core's addons, the ORM's work for the addon included."""
        return self.outside / self.total

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


def addon_methods(frame):
    """The methods of addons that are at work, the innermost first.

    :return: iterator of (module, method, name of the model)
    """
    while frame:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("odoo.addons."):
            yield module, frame.f_code.co_name, str(getattr(frame.f_locals.get("self"), "_name", None))
        frame = frame.f_back


def is_own(module):
    return module.startswith("odoo.addons.client_refund")


@contextmanager
def sampled():
    """Give `Shares` that are filled by what goes on until the end, time in PostgreSQL included.

    The innermost method that is not the ORM's says whose time it is. What core's mail does to make and write a document
    of the addon is the addon's, too; what core does with its own documents is not, whoever calls it.
    """
    shares = Shares()

    def look(number, frame):
        methods = list(addon_methods(frame))
        if not methods:
            return
        module, method, name = methods[0]
        whose = shares.addon if is_own(module) or name.startswith("client.") else shares.core
        whose[f"{module.rpartition('.')[2]}.{method} of {name}"] += 1
        shares.outside += all(is_own(module) for module, _method, _name in methods)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, INTERVAL, INTERVAL)
    try:
        yield shares
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
