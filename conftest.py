"""Keeps Odoo's caches from one test to the next, but for those that a test has emptied.

Odoo's test case empties all of them after each test, since what a test writes is rolled back: a third of the time went
into filling them again. But whoever writes what is cached empties that cache, so one that was not emptied holds nothing
that is rolled back.
"""

from functools import wraps
from unittest.mock import patch

from odoo.orm.registry import Registry
from odoo.tests import TransactionCase

clear_cache = Registry.clear_cache
set_up_test = TransactionCase.setUp

# The names of the caches that were emptied in this test, and before or between the tests of its class.
in_test, outside = set(), set()


@wraps(clear_cache)
def clear_and_remember(registry, *names):
    in_test.update(names or ["default"])
    clear_cache(registry, *names)


def clear_after_test(registry):
    if in_test:
        clear_cache(registry, *in_test)
    in_test.clear()


def clear_after_class(registry):
    in_test.update(outside)
    outside.clear()
    clear_after_test(registry)


@wraps(set_up_test)
def set_up(self):
    outside.update(in_test)
    in_test.clear()
    # what is to be done after the test is kept as it is now
    with patch.object(Registry, "clear_all_caches", clear_after_test):
        set_up_test(self)


Registry.clear_cache = clear_and_remember
Registry.clear_all_caches = clear_after_class
TransactionCase.setUp = set_up
