"""Fields of core's models that cost it nothing but their place in the list of fields."""

from odoo import fields


class _Shown:
    """A field that is only shown: nobody can sort or group by it, or let the database add it up.

    The ORM would try each of these whenever it describes the field, and core has all fields of a journal item described
    each time that it writes one.
    """

    _description_sortable = False
    _description_groupable = False
    _description_aggregator = None


class ShownMonetary(_Shown, fields.Monetary):
    pass


class ShownOne2many(_Shown, fields.One2many):
    pass


class ShownSelection(_Shown, fields.Selection):
    pass
