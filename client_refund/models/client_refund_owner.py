from odoo import api, models, tools

from ..tools.problems import raise_problems
from ..tools.workflow import in_workflow


def _read_back(field, value, record):
    """A value to write, as the field would have it afterwards."""
    return field.convert_to_record(field.convert_to_cache(value, record), record)


class ClientRefundOwner(models.AbstractModel):
    """A document that owns what it books: entries, payments and reconciliations that nobody else changes.

    Who inherits this adds a field of one name on `account.move`, `account.partial.reconcile` and, where it makes
    payments, `account.payment`, and says in which words a change of those is refused.
    """

    _name = "client.refund.owner"
    _description = "Owner of Journal Entries"

    _owner_field = None

    @api.model
    @tools.ormcache("records._name")
    def _get_owner_fields(self, records):
        """By which fields these may be owned: asked for at each write of ordinary accounting.

        :param records: account.move, account.payment or account.partial.reconcile
        """
        owners = self.env.registry.descendants(["client.refund.owner"], "_inherit")
        names = (self.env[owner]._owner_field for owner in owners)
        return tuple(name for name in names if name in records._fields)

    @api.model
    def _filter_owned(self, records):
        """Those of these that are owned by anybody."""
        names = self._get_owner_fields(records)
        return records.filtered(lambda record: any(record[name] for name in names))

    @api.model
    def _filter_owned_by_others(self, records):
        """Those of these that are owned by anybody whose own methods are not at work."""
        names = self._get_owner_fields(records)
        return records.filtered(
            lambda record: any((owner := record[name]) and not in_workflow(owner) for name in names)
        )

    @api.model
    def _filter_changed(self, records, vals, names):
        """Those of these that values would make say something else, or give to another owner; the same again does not.

        :param names: set of str, the fields that matter
        :return: recordset; without what nobody else owns, where that can be told by the records
        """
        owner_fields = self._get_owner_fields(records)
        written = {name: vals[name] for name in names.union(owner_fields) & vals.keys()}
        if not written:
            return records.browse()
        owned = self._filter_owned_by_others(records) if owner_fields else records
        return owned.filtered(
            lambda record: any(
                record[name] != _read_back(record._fields[name], value, record) for name, value in written.items()
            )
        )

    @api.model
    def _check_not_lent(self, records, vals):
        """Refuse that values have given these to an owner, unless its own methods did.

        :raise UserError: names client, document, amount and owner
        """
        if vals.keys() & set(self._get_owner_fields(records)):
            self._check_not_owned(records)

    @api.model
    def _prepare_owner_vals(self, record):
        """Whose this is, as values of what comes of it."""
        return {name: record[name].id for name in self._get_owner_fields(record)}

    @api.model
    def _check_not_owned(self, records):
        """Refuse to touch what somebody owns, unless by the owner's own methods.

        :raise UserError: names client, document, amount and owner and points to Undo
        """
        if not records:  # core often calls for none
            return
        raise_problems(
            (record, owner._get_owned_message(record))
            for name in self._get_owner_fields(records)
            # a user without rights on the owner is refused like everybody else
            for record in records.sudo()
            if (owner := record[name]) and not in_workflow(owner)
        )

    def _get_owned_message(self, record):
        """In which words a change of something that this owns is refused.

        :param record: account.move, account.payment or account.partial.reconcile
        """
        raise NotImplementedError
