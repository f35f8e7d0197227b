from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from ..tools.api_values import RefundValues
from .client_refund_numbers import with_number_later


def create_once(refunds, vals_list):
    """Make draft refunds whose external references no refund has that this transaction can see.

    :param refunds: client.refund, empty
    :param vals_list: list of dict, values of refunds
    :return: client.refund
    :raise ConcurrencyError: if another call with the same reference was faster: replayed, this one finds what that made
    """
    try:
        with refunds.env.cr.savepoint():
            return refunds.create(vals_list)
    except UniqueViolation as error:
        if error.diag.constraint_name != refunds._external_reference_uniq.full_name(refunds):
            raise
        raise ConcurrencyError(str(error)) from error


class ClientRefundApi(models.Model):
    """How a program asks for a refund: one call, clear faults, harmless when repeated."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def create_refund(self, values):
        """Refund a client in one call. Repeated with the same `external_reference`, it refunds once.

        :param values: dict with

            * ``partner_id``: id of the client or one of its contacts
            * ``company_id``, ``currency_id``, ``journal_id``, ``payment_method_line_id``, ``partner_bank_id``,
              ``date``, ``memo``, ``reason_id``, ``send_notice``: optional, with the defaults of the wizard
            * ``lines``: optional list of ``{"move_line_id": id, "amount": positive amount in the refund's currency}``;
              without it every open credit of the client in the currency that nothing holds back, as far as it is not
              reserved; a receipt that may still bounce must be named
            * ``offset``: optional bool, whether open invoices are settled from the credits first, due first; without it
              as the policy of the company proposes
            * ``external_reference``: optional str, unique per company

            None and False are as not given, but for False in ``offset`` and ``send_notice``
        :return: int, the id of the refund, which waits where it needs approval; for an `external_reference` already
            used the id of the refund that it made, whatever has become of that
        :raise UserError: names what is wrong; then nothing was done
        """
        asked = RefundValues(self, values)
        if known := asked.find_repeated():
            return known.id
        refund = create_once(with_number_later(self), [asked.prepare_refund_vals()])
        refund.action_submit()
        return refund.id
