from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.workflow import with_workflow
from ..tools.writes import writing_each

_LATER = object()


def with_number_later(records):
    """The same records; what is made with them has no number before `_number`, since it is checked further."""
    return records.with_context(client_refund_number_later=_LATER)


def is_numbered_later(env):
    """Whether who makes documents gives them their numbers later; a context that comes over RPC can't say so."""
    return env.context.get("client_refund_number_later") is _LATER


class ClientRefundNumbers(models.AbstractModel):
    """How refunds, and what else has a sequence with the name of its model as code, are numbered."""

    _name = "client.refund.numbers"
    _description = "Numbers of Client Refunds"

    def _number(self):
        """Give a number to those of these documents that have none.

        This is the last thing to do: what is refused after it has used up a number.
        """
        new = with_workflow(self.filtered(lambda document: not document.name))
        vals_list = [{"company_id": document.company_id.id, "date": document.date} for document in new]
        with writing_each(new, "name"):
            for document, name in zip(new, new._draw_numbers(vals_list), strict=True):
                document.name = name

    @api.model
    def _draw_numbers(self, vals_list):
        """The numbers of new documents. Their sequence is looked for once, not once for each of them.

        :param vals_list: list of dict, values of documents
        :return: list of str
        """
        today = fields.Date.context_today(self)
        sequences = {}
        numbers = []
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
            key = (company, fields.Date.to_date(vals.get("date") or today))
            if key not in sequences:
                sequences[key] = self._find_number_sequence(*key)
            numbers.append(sequences[key]._next())
        return numbers

    @api.model
    def _find_number_sequence(self, company, date):
        """What numbers the documents of a company on a date: its sequence, or the date range of that.

        :return: ir.sequence or ir.sequence.date_range
        :raise UserError: if there is none
        """
        sequence = self.env["ir.sequence"].search(
            [("code", "=", self._name), ("company_id", "in", (company.id, False))], order="company_id", limit=1
        )
        if not sequence:
            raise UserError(
                self.env._(
                    "There is no sequence with the code %(code)s in company %(company)s, so no number can be "
                    "assigned. Activate or create one.",
                    company=company.display_name,
                    code=self._name,
                )
            )
        if not sequence.use_date_range:
            return sequence
        date_range = sequence._get_current_sequence(date)
        return date_range.with_context(ir_sequence_date_range=date_range.date_from)
