"""Lets Odoo's tests work out once what does not change from one test to the next.

Odoo's test case empties all caches after each test, since what a test writes is rolled back: a third of the time went
into filling them again. But whoever writes what is cached empties that cache, so one that was not emptied holds nothing
that is rolled back.

Which fields are to be computed again when others change is merged by Odoo at each change; it depends on the models.
"""

from functools import wraps
from unittest.mock import patch

from odoo.orm.registry import Registry, TriggerTree
from odoo.tests import TransactionCase

clear_cache = Registry.clear_cache
merge_triggers = Registry.get_trigger_tree
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


class MergedTree(TriggerTree):
    """A tree of triggers that knows which fields are anywhere in it."""

    __slots__ = ["fields"]

    def __init__(self, tree):
        super().__init__(tree.root, {label: MergedTree(subtree) for label, subtree in tree.items()})
        self.fields = {*tree.root}.union(*(subtree.fields for subtree in self.values()))

    def keep(self, fields):
        """What is left of the tree for these fields, as `TriggerTree.merge` leaves it."""
        left = {label: tree.keep(fields) for label, tree in self.items() if not tree.fields.isdisjoint(fields)}
        return TriggerTree([field for field in self.root if field in fields], left)


@wraps(merge_triggers)
def get_merged_triggers(registry, fields, select=bool):
    fields = tuple(fields)
    # the registry empties these when its models change
    trees = registry._field_trigger_trees
    if fields not in trees:
        trees[fields] = MergedTree(merge_triggers(registry, fields))
    return trees[fields].keep({field for field in trees[fields].fields if select(field)})


Registry.clear_cache = clear_and_remember
Registry.clear_all_caches = clear_after_class
Registry.get_trigger_tree = get_merged_triggers
TransactionCase.setUp = set_up
