from odoo import Command, models
from odoo.api import NewId


def get_untold(records, sent, fields_spec):
    """What the web client does not show as it is now, of the computed fields of a form that is stored.

    :param records: the form's records, with what was typed
    :param sent: dict, id: what the client sent of a record; of the rest it shows what is stored
    :param fields_spec: dict, the fields of the view
    :return: dict, id: dict of values as `web_read` gives them
    """
    fields = {name: records._fields[name] for name in fields_spec}
    spec = {
        name: fields_spec[name]
        for name, field in fields.items()
        if field.compute and not (field.store or field.related or field.type.endswith("2many"))
    }
    origins, untold = records._origin, {}
    for record, now, stored in zip(origins, records.web_read(spec), origins.web_read(spec), strict=True):
        shown = stored | sent.get(record.id, {})
        untold[record.id] = {name: now[name] for name in spec if now[name] != shown[name]}
    return {record_id: vals for record_id, vals in untold.items() if vals}


class ClientRefundWizardScreen(models.TransientModel):
    """What the web client is told after a change, so that the form shows what will happen.

    A refused click leaves the wizard stored. While core puts the typed lines of a stored form together, it computes the
    figures anew, before the change that it is asked about, and from the stored values; it answers with what differs
    from those. What the change brings back to them stays on the screen: banners, figures and the button of before.
    So each answer is compared with what the client shows.
    """

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

    def onchange(self, values, field_names, fields_spec):
        """As core, and with all that a stored form does not show as it is now."""
        self = self.with_context(client_refund_typed=field_names)
        result = super().onchange(values, field_names, fields_spec)
        if self and "value" in result:
            form = self.browse([NewId(self.id)])  # core's own, with what was typed
            result["value"].update(get_untold(form, {self.id: values}, fields_spec).get(self.id, {}))
            for name in ("line_ids", "offset_ids"):
                commands = form._get_untold_lines(name, values.get(name, []), fields_spec)
                if commands:
                    result["value"].setdefault(name, []).extend(commands)
        return result

    def _is_typed(self, name):
        """Whether the clerk typed this field; what is computed anew is not what somebody wants."""
        return name in self.env.context.get("client_refund_typed", ())

    def _get_untold_lines(self, name, commands, fields_spec):
        """The same of its lines.

        :param commands: what the client sent of them
        """
        lines = self[name].filtered(lambda line: line._origin)
        sent = {command[1]: command[2] for command in commands if command[0] == Command.UPDATE}
        untold = get_untold(lines, sent, fields_spec.get(name, {}).get("fields", {}))
        return [Command.update(line_id, vals) for line_id, vals in untold.items()]
