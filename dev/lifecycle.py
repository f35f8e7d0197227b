#!/usr/bin/env python3
"""Checks that the addons install, update, keep their terms, and uninstall without leaving anything behind."""

import databases
import pot
from processes import fail, run_script

DATABASE = "client_refund_lifecycle"

# Tables and views with their columns, indexes, constraints, triggers, functions.
SCHEMA = """
    SELECT 'relation ' || c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'column ' || c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass || '.' || conname FROM pg_constraint WHERE conrelid <> 0
    UNION ALL
    SELECT 'trigger ' || tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
# The tables that describe an Odoo: models, fields, menus, views, rights, sequences, jobs, templates. Not in here is
# ir_model_constraint: core itself writes it anew while it uninstalls, and the real constraints are in the schema; and
# which modules there are, which is what lay on the disk when a database last looked.
DESCRIPTION = """
    SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id'
    AND (table_name LIKE 'ir\\_%' OR table_name LIKE 'res\\_groups%' OR table_name LIKE 'mail\\_template%'
         OR table_name IN ('mail_message_subtype', 'mail_activity_type', 'report_paperformat', 'digest_tip'))
    AND table_name NOT LIKE 'ir\\_module%'
    AND table_name NOT IN ('ir_attachment', 'ir_logging', 'ir_profile', 'ir_cron_progress', 'ir_cron_trigger',
                           'ir_model_constraint', 'ir_model_data')
"""
OURS = "FROM ir_model_data WHERE module LIKE 'client\\_refund%'"


# Core lets a name stay of what a model that is gone inherited by a mixin of an addon that is not.
STANDING = """
    NOT (model = 'ir.model.inherit' AND NOT EXISTS (SELECT FROM ir_model_inherit inherit WHERE inherit.id = res_id))
"""


def external_ids(database):
    """The names of the records that the addons' files made."""
    return databases.sql(f"SELECT module || '.' || name {OURS} AND {STANDING}", database)


def forget_demo_ids(database, shipped):
    """Make demo records like those that users enter, which have no external id and stay when an addon goes.

    Odoo would try in vain to delete clients with posted documents, and log an error for each.
    """
    names = ", ".join(f"'{name}'" for name in shipped)
    databases.sql(f"DELETE {OURS} AND module || '.' || name NOT IN ({names})", database)


def inventory(database):
    """Everything in a database that an addon could leave behind, with what a record says beside its key."""
    found = {item: "" for item in [*databases.sql(SCHEMA, database), *external_ids(database)]}
    for table in databases.sql(DESCRIPTION, database):
        records = databases.sql(f"SELECT id || ' ' || to_jsonb(t)::text FROM {table} t", database)
        found.update((f"{table} {key}", text) for key, text in (record.split(" ", 1) for record in records))
    return found


def check(installed):
    """Go through the addon's life, on copies of the database in which it is `installed` with demo data."""
    databases.create_empty(DATABASE)
    pot.assert_current(DATABASE, databases.ADDON)
    shipped = external_ids(DATABASE)
    databases.copy(installed, DATABASE)
    update(databases.ADDON)
    forget_demo_ids(DATABASE, shipped)
    uninstall(inventory(databases.TEMPLATE), databases.ADDON)


def check_chosen(installed):
    """Go through the life of each addon that is installed by choice, where the addon has data; that stays."""
    for addon in databases.CHOSEN:
        databases.create_empty(DATABASE, addon)
        shipped = external_ids(DATABASE)
        databases.copy(installed, DATABASE)
        before = inventory(DATABASE)
        with databases.timed(f"installing {addon} where {databases.ADDON} is"):
            databases.load(DATABASE, "--init", addon)
        forget_demo_ids(DATABASE, shipped)
        uninstall(before, addon)


def check_alone():
    """See that the addon needs no part that installs itself beside it, and go through the life of each of them."""
    for addon in set(databases.PARTS) - set(databases.CHOSEN):
        databases.copy(databases.template(databases.EMPTY_TEMPLATE), DATABASE)
        with databases.timed(f"installing {databases.ADDON} alone, then {addon}"):
            databases.load(DATABASE, "--init", databases.ADDON, "--skip-auto-install")
            before = inventory(DATABASE)
            databases.load(DATABASE, "--init", addon)
        uninstall(before, addon)


def check_small():
    """Go through the life of all small addons, on a database that has what they are for before the addon."""
    databases.copy(databases.template(databases.EMPTY_TEMPLATE), DATABASE)
    with databases.timed(f"installing what {', '.join(databases.GLUE)} are for, then {databases.ADDON}"):
        databases.load(DATABASE, "--init", ",".join(databases.dependencies(*databases.GLUE)))
        before = inventory(DATABASE)
        databases.load(DATABASE, "--init", ",".join([databases.ADDON, *databases.CHOSEN]))
        databases.assert_installed(DATABASE, databases.SMALL)
    pot.assert_current(DATABASE, *databases.SMALL)
    update(*databases.SMALL)
    uninstall(before, databases.ADDON, *databases.SMALL)


def update(*addons):
    """Update addons in the database of the check."""
    with databases.timed(f"updating {', '.join(addons)}"):
        databases.load(DATABASE, "--update", ",".join(addons))


def uninstall(before, *addons):
    """Uninstall addons, and fail if anything is in the database that was not there `before` them."""
    with databases.timed(f"uninstalling {', '.join(addons)}"):
        databases.odoo("module", "uninstall", "--database", DATABASE, *addons)
    after = inventory(DATABASE)
    if left := sorted(after.keys() - before.keys()):
        print(*(f"{item} {after[item]}" for item in left), sep="\n")
        fail("the above is left in the database after the addons were uninstalled.")
    databases.drop(DATABASE)


def main(installed=None):
    """Check the addons as they are, on a database in which the addon is `installed` with demo data, or a new one."""
    if installed:
        check(installed)
        check_chosen(installed)
        check_alone()
        check_small()
    else:
        with databases.in_use(databases.TEST):
            databases.create(databases.TEST)
            check(databases.TEST)
            check_chosen(databases.TEST)
            check_alone()
            check_small()


if __name__ == "__main__":
    run_script(main)
