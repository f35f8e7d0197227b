from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.client_refund_request import MESSAGE_LENGTH


class ClientRefundPortal(CustomerPortal):
    """A client's refunds. Clients have no right on them, they would read what is for colleagues: each page asks itself
    what its client may see.
    """

    # -------------------------------------------------------------------------
    # What a client may see
    # -------------------------------------------------------------------------

    def _get_refunds_sudo(self):
        # the right of the client to see what _get_own_portal_domain says, and to ask for what _get_client_offers says
        return request.env["client.refund"].sudo()

    def _get_refund_sudo(self, refund_id, access_token):
        """A refund that belongs to the user's client, or whose link the user has.

        :return: client.refund
        :raise AccessError: if the user may not see it
        :raise MissingError: if there is none
        """
        if own := request.env["client.refund"]._find_own_on_portal(refund_id):
            return own
        found = self._document_check_access("client.refund", refund_id, access_token)
        if not found.filtered_domain(found._get_portal_domain()):
            raise AccessError(request.env._("This refund is not shown to clients."))
        return found

    def _get_offers_sudo(self):
        """What the user may ask for.

        :return: list of client.refund, not stored
        """
        client = request.env.user.partner_id.commercial_partner_id
        return self._get_refunds_sudo()._get_client_offers(client, request.env.companies)

    # -------------------------------------------------------------------------
    # Home
    # -------------------------------------------------------------------------

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "client_refund_count" in counters:
            count = self._get_refunds_sudo().search_count(request.env["client.refund"]._get_own_portal_domain())
            # without one, the card leads to what can be asked for
            values["client_refund_count"] = count or len(self._get_offers_sudo())
        return values

    # -------------------------------------------------------------------------
    # List
    # -------------------------------------------------------------------------

    def _get_refund_sortings(self):
        return {
            "date": {"label": request.env._("Date"), "order": "date desc, id desc"},
            "name": {"label": request.env._("Number"), "order": "name desc"},
            "amount": {"label": request.env._("Amount"), "order": "amount desc, id desc"},
            "state": {"label": request.env._("Status"), "order": "state, date desc"},
        }

    def _get_refund_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "requested": {
                "label": request.env._("In Review"),
                "domain": Domain("state", "in", ("draft", "to_approve")),
            },
            "in_process": {"label": request.env._("On Its Way"), "domain": Domain("state", "=", "in_process")},
            "paid": {"label": request.env._("Paid Out"), "domain": Domain("state", "=", "paid")},
            "canceled": {
                "label": request.env._("Canceled, Returned or Declined"),
                "domain": Domain("state", "=", "canceled"),
            },
        }

    @http.route(["/my/refunds", "/my/refunds/page/<int:page>"], type="http", auth="user", methods=["GET"], website=True)
    def portal_my_refunds(self, page=1, sortby=None, filterby=None, **kw):
        return self._render_refunds(page, sortby, filterby)

    def _render_refunds(self, page=1, sortby=None, filterby=None, **values):
        refunds = self._get_refunds_sudo()
        sortings, filters = self._get_refund_sortings(), self._get_refund_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        domain = request.env["client.refund"]._get_own_portal_domain() & filters[filterby]["domain"]
        pager = portal_pager(
            url="/my/refunds",
            url_args={"sortby": sortby, "filterby": filterby},
            total=refunds.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        return request.render(
            "client_refund_portal.portal_my_refunds",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "client_refund",
                "default_url": "/my/refunds",
                "refunds": refunds.search(
                    domain,
                    order=sortings[sortby]["order"],
                    limit=self._items_per_page,
                    offset=pager["offset"],
                ),
                "offers": self._get_offers_sudo(),
                "message_length": MESSAGE_LENGTH,
                "pager": pager,
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
                **values,
            },
        )

    # -------------------------------------------------------------------------
    # One refund
    # -------------------------------------------------------------------------

    @http.route("/my/refunds/<int:refund_id>", type="http", auth="public", website=True)
    def portal_my_refund(self, refund_id, access_token=None, report_type=None, download=False, **kw):
        try:
            refund_sudo = self._get_refund_sudo(refund_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type == "pdf" and refund_sudo._has_portal_notice():
            return self._show_report(
                refund_sudo, "pdf", "client_refund.action_report_client_refund_notice", download=download
            )
        return self._render_refund(refund_sudo, access_token=access_token)

    def _render_refund(self, refund_sudo, **values):
        # a link shows how the refund stands; only who logs in as the client reads messages, writes and withdraws
        is_own = bool(request.env["client.refund"]._find_own_on_portal(refund_sudo.id))
        values = {"page_name": "client_refund", "refund": refund_sudo, "is_own": is_own, **values}
        return request.render("client_refund_portal.portal_my_refund", values)

    @http.route("/my/refunds/<int:refund_id>/withdraw", type="http", auth="user", methods=["POST"], website=True)
    def portal_withdraw_refund(self, refund_id, **kw):
        if not (refund_sudo := request.env["client.refund"]._find_own_on_portal(refund_id)):
            return request.redirect("/my")
        try:
            refund_sudo._withdraw()
        except UserError as error:
            return self._render_refund(refund_sudo, withdraw_error=str(error))
        return request.redirect(refund_sudo.access_url)

    # -------------------------------------------------------------------------
    # Ask for a refund
    # -------------------------------------------------------------------------

    @http.route("/my/refunds", type="http", auth="user", methods=["POST"], website=True)
    def portal_request_refund(self, company_id=None, currency_id=None, partner_bank_id=None, message="", **kw):
        try:
            refund_sudo = self._get_refunds_sudo()._request(
                request.env.user.partner_id.commercial_partner_id,
                request.env.companies,
                company_id,
                currency_id,
                partner_bank_id,
                str(message).replace("\0", "").strip(),
            )
        except UserError as error:
            return self._render_refunds(request_error=str(error))
        return request.redirect(refund_sudo.access_url)
