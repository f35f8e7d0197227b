from odoo import api, models, tools
from odoo.exceptions import UserError

from ..tools.workflow import in_workflow, with_neutral_context


class ClientRefundTerms(models.AbstractModel):
    """A document of terms, which people and programs set: each says so on its own line (`term=True`).

    Everything else is written by the owner's own methods alone, and so are the terms once they are agreed on.
    """

    _name = "client.refund.terms"
    _description = "Terms of a Document"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_only_terms(vals_list)
        # a default in the context is no way into a closed field
        return super(ClientRefundTerms, with_neutral_context(self)).create(vals_list)

    def write(self, vals):
        self._check_only_terms([vals])
        document = super(ClientRefundTerms, with_neutral_context(self))
        if in_workflow(self._get_terms_owner()) or not self._get_terms_fields() & vals.keys():
            return document.write(vals)
        self._check_changeable()
        result = document.write(vals)
        self._check_changeable()  # nor is it given to an owner whose terms are agreed on
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_changeable(self):
        if not in_workflow(self._get_terms_owner()):
            self._check_changeable()

    def _valid_field_parameter(self, field, name):
        return name == "term" or super()._valid_field_parameter(field, name)

    @api.model
    @tools.ormcache()
    def _get_terms_fields(self):
        """The fields that are terms."""
        # a related field takes the mark of what it shows
        return frozenset(
            name for name, field in self._fields.items() if getattr(field, "term", False) and not field.related
        )

    def _get_terms_owner(self, *vals_list):
        """Whose own methods write everything: the document itself, or the one that it is part of.

        :param vals_list: dicts, of what is about to be made
        :return: recordset
        """
        return self

    def _check_changeable(self):
        """:raise UserError: where the terms can't be changed any more"""
        raise NotImplementedError

    def _check_only_terms(self, vals_list):
        """Refuse to write anything but terms; chatter and activities are free.

        :raise UserError: names the fields
        """
        if in_workflow(self._get_terms_owner(*vals_list)):
            return
        free = self.env["mail.thread"]._fields.keys() | self.env["mail.activity.mixin"]._fields.keys()
        written = {name for vals in vals_list for name in vals} & self._fields.keys()
        if refused := written - self._get_terms_fields() - free:
            labels = sorted(self._fields[name]._description_string(self.env) for name in refused)
            raise UserError(self._get_not_a_term_message(", ".join(labels)))

    @api.model
    def _get_not_a_term_message(self, labels):
        return self.env._("%(fields)s can't be set directly. Use the buttons on the document.", fields=labels)
