from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.portal.controllers.portal_thread import PortalChatter

MODEL = "client.refund"
# What a client gives of a message; whom it reaches, and who reads it, is not the client's to say.
GIVEN = frozenset({"body", "attachment_ids"})


class ClientRefundChatter(PortalChatter, AttachmentController):
    """Messages of a client and to a client about a refund, for who logs in as that client.

    A client has no right on the refund, and a link gives none: these are the only doors, the rest of the chatter stays
    shut.
    """

    @classmethod
    def _find_client_refund_sudo(cls, thread_model, thread_id):
        """The refund whose messages the user reads and writes as its client.

        :return: client.refund; none where it is not the client's own, or a colleague's to work on
        """
        refunds = request.env[MODEL]
        if thread_model != MODEL or request.env.user._is_public() or refunds.has_access("read"):
            return refunds
        return refunds._find_own_on_portal(int(thread_id))

    @http.route()
    def portal_message_fetch(self, thread_model, thread_id, fetch_params=None, **kw):
        refund_sudo = self._find_client_refund_sudo(thread_model, thread_id)
        if not refund_sudo:
            return super().portal_message_fetch(thread_model, thread_id, fetch_params=fetch_params, **kw)
        domain = refund_sudo._get_portal_message_domain()
        found = request.env["mail.message"].sudo()._message_fetch(domain, **(fetch_params or {}))
        messages = found.pop("messages")
        return {
            **found,
            "data": {"mail.message": messages.portal_message_format()},
            "messages": messages.ids,
        }

    @classmethod
    def _get_thread_with_access_for_post(cls, thread_model, thread_id, **kwargs):
        refund_sudo = cls._find_client_refund_sudo(thread_model, thread_id)
        return refund_sudo or super()._get_thread_with_access_for_post(thread_model, thread_id, **kwargs)

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        data = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if not self._find_client_refund_sudo(thread._name, thread.id):
            return data
        return {name: data[name] for name in GIVEN & data.keys()} | {
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
            "partner_ids": thread._get_responsible().partner_id.ids,
        }
