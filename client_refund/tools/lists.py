"""What is opened from a record, so that the browser's Back and F5 show the same again.

The address keeps an action and, as `active_id`, whose it is; no domain. A list has an action of its own then, whose
domain names its owner. A form has no owner: the web client forgets it on the way back, takes the address for a new one
and goes nowhere.
"""

_NO_OWNER = {"active_id": False, "active_ids": []}


def open_list(owner, xml_id, **values):
    """The list of an action whose domain names its owner by `active_ids`.

    :param owner: whose list it is
    :param xml_id: str, the action's
    :param values: of the action
    """
    action = owner.env["ir.actions.act_window"]._for_xml_id(xml_id)
    return {**action, **values, "context": {"active_id": owner[:1].id, "active_ids": owner.ids}}


def open_records(records, owner, xml_id, name):
    """The same of these records, and one alone as a form."""
    if len(records) > 1:
        return open_list(owner, xml_id, name=name, domain=[("id", "in", records.ids)])
    return without_owner(records._get_records_action(name=name))


def without_owner(action):
    """An action that opens a form, whatever it is opened from."""
    context = action.get("context") or {}
    return {**action, "context": {**context, **_NO_OWNER}}
