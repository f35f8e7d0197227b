import logging
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from odoo.addons.client_refund.tools.amounts import get_settled
from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

_logger = logging.getLogger(__name__)

REQUEST_ACTIVITY = "client_refund_portal.mail_activity_request"
RECEIVED_TEMPLATE = "client_refund_portal.mail_template_request_received"
MESSAGE_LENGTH = 1000


@contextmanager
def refusing_in_other_words(env, words):
    """Do something for a client, or not at all: what is wrong is for colleagues to read.

    :param words: str, what the client reads then
    """
    try:
        with env.cr.savepoint():
            yield
    except UserError as error:
        _logger.warning("What a client asked for was refused: %s", error)
        raise UserError(words) from error


def _prepare_commands(amounts):
    """The lines or offsets of a draft.

    :param amounts: dict, account.move.line: amount
    """
    return [Command.create({"move_line_id": item.id, "amount": amount}) for item, amount in amounts.items()]


class ClientRefundRequest(models.Model):
    """How a client asks on the portal for a refund: all that is refundable becomes a draft for a colleague."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    is_client_request = fields.Boolean(
        string="Client's Request",
        readonly=True,
        copy=False,
        help="The client asked for this refund on the portal. A colleague reviews it before anything is paid.",
    )
    amount_requested = fields.Monetary(
        string="Client Asked For",
        readonly=True,
        copy=False,
        help="What the client asked for. The client still sees it on the portal if the refund pays another amount.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_client_requests(self):
        raise_problems(
            (refund, self.env._("the client asked for it and waits for an answer. Decline it instead."))
            for refund in self._filter_client_requests()
        )

    # -------------------------------------------------------------------------
    # What a client may ask for
    # -------------------------------------------------------------------------

    @api.model
    def _get_client_offers(self, client, companies):
        """What a client may ask for, as the drafts that it would become: not stored, and all that is refundable.

        :param client: res.partner, a commercial partner
        :param companies: res.company, those that the client may deal with
        :return: list of client.refund, one for each company and currency
        """
        companies = companies.filtered(lambda company: company._get_client_refund_policy().client_refund_portal_request)
        asked_for = {(refund.company_id, refund.currency_id) for refund in self._get_open_requests(client, companies)}
        credits = self._get_offered_credits(client, companies)
        offers = [
            self.new(self._prepare_offer_vals(client, company, currency, group))
            for (company, currency), group in credits.grouped(lambda item: (item.company_id, item.currency_id)).items()
            if (company, currency) not in asked_for
        ]
        return [offer for offer in offers if offer.currency_id.compare_amounts(offer.amount, 0) > 0]

    @api.model
    def _get_open_requests(self, client, companies):
        """What a client asked for that is not answered yet.

        :return: client.refund
        """
        return self.search(
            [
                ("partner_id", "=", client.id),
                ("company_id", "in", companies.ids),
                ("is_client_request", "=", True),
                ("state", "in", ("draft", "to_approve")),
            ]
        )

    @api.model
    def _get_offered_credits(self, client, companies):
        """The client's open credits that nothing holds back.

        :return: account.move.line, oldest first
        """
        of_client = Domain("partner_id.commercial_partner_id", "=", client.id)
        credits = self.env["account.move.line"]._search_open_credits(
            of_client & Domain("company_id", "in", companies.ids)
        )
        return credits._filter_free()

    @api.model
    def _prepare_offer_vals(self, client, company, currency, credits):
        """The values of the draft that refunds these credits of a client.

        :param credits: account.move.line
        """
        amounts, settled = {credit: credit.amount_refundable for credit in credits}, {}
        if company._get_client_refund_policy().client_refund_offset_policy in ("propose", "require"):
            settled = get_settled(amounts, credits._search_open_invoices(client, company, currency), currency)
        return {
            "partner_id": client.id,
            "company_id": company.id,
            "currency_id": currency.id,
            "line_ids": _prepare_commands(amounts),
            "offset_ids": _prepare_commands(settled),
        }

    def _get_offered_accounts(self):
        """The bank accounts that the client may name.

        :return: res.partner.bank
        """
        return self.available_partner_bank_ids._origin

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    @api.model
    def _request(self, client, companies, company_id, currency_id, account_id, message):
        """Make a draft refund of all that is refundable to a client in a company and a currency.

        :param client: res.partner, the commercial partner of the user who asks
        :param companies: res.company, those that the client may deal with
        :param company_id: str, as the browser sends it; so are the others
        :param currency_id: str
        :param account_id: str, one of the client's bank accounts
        :param message: str, what the client has to say
        :return: client.refund
        :raise UserError: in words for the client, if that can't be asked for
        """
        offer = self.browse().concat(
            *(
                offer
                for offer in self._get_client_offers(client, companies)
                if (str(offer.company_id.id), str(offer.currency_id.id)) == (company_id, currency_id)
            )
        )
        account = offer._get_offered_accounts().filtered(lambda account: str(account.id) == account_id)
        raise_problems(self._get_request_problems(client, companies, offer, account, message))
        vals = self._prepare_offer_vals(
            client, offer.company_id, offer.currency_id, offer._get_refund_credits()._origin
        )
        words = self.env._("We could not receive your request. Please try again later, or contact us.")
        with refusing_in_other_words(self.env, words):
            refund = self.create([vals | {"partner_bank_id": account.id}])
            refund._tell_handler(message)
        return refund

    @api.model
    def _get_request_problems(self, client, companies, offer, account, message):
        """Why a client can't ask for this, in the client's words.

        :param offer: client.refund, what is asked for; none where there is nothing
        :param account: res.partner.bank, none where it is not the client's
        """
        problems = []
        if not offer and self._get_open_requests(client, companies):
            problems.append(self.env._("We are already reviewing your request. You will see our decision here."))
        elif not offer:
            problems.append(
                self.env._("There is nothing to refund at the moment. If something is missing, please contact us.")
            )
        elif not account:
            problems.append(self.env._("Choose one of your bank accounts."))
        if len(message) > MESSAGE_LENGTH:
            problems.append(
                self.env._("Your message is too long. Write at most %(count)s characters.", count=MESSAGE_LENGTH)
            )
        return [(self.browse(), problem) for problem in problems]

    def _tell_handler(self, message):
        """Let a colleague know of this request, in the name of the user who asks.

        :param message: str, what the client has to say
        """
        self.ensure_one()
        with_workflow(self).write(
            {
                "is_client_request": True,
                "amount_requested": self.amount,
                "send_notice": bool(self._get_notice_recipient().email_normalized),
                "user_id": self._get_request_handler().id,
            }
        )
        self._message_log(body=self.env._("Requested on the portal."))
        if message:
            self.message_post(body=plaintext2html(message), message_type="comment", subtype_xmlid="mail.mt_comment")
        # who makes a message may read it: what a colleague is told is not the client's to read
        request = self.with_user(SUPERUSER_ID).with_context(lang=self.user_id.lang)
        request.activity_schedule(REQUEST_ACTIVITY, user_id=self.user_id.id, note=request._get_handler_note(message))
        self._write_to_client(RECEIVED_TEMPLATE)

    def _get_request_handler(self):
        """Who looks at this request: who the company says, else the client's salesperson, else somebody who prepares
        refunds; where nobody does, an administrator, who can give somebody the right.

        :return: res.users
        """
        self.ensure_one()
        named = self.company_id._get_client_refund_policy().client_refund_request_user_id
        return (
            self.company_id._get_client_refund_responsible(named, self.partner_id.user_id) or self._get_administrator()
        )

    def _get_administrator(self):
        """An administrator of Odoo, of the company where there is one.

        :return: res.users
        """
        # who administers is not the client's to read
        users = self.env.ref("base.group_system").sudo().all_user_ids.filtered("active")
        return (users.filtered(lambda user: self.company_id in user.company_ids) or users).sorted("id")[:1].sudo(False)

    def _get_handler_note(self, message):
        """What the activity of who looks at this says: how much, to whom, and what the client has to say.

        :param message: str
        :return: Markup
        """
        parts = [
            self.env._("%(amount)s to %(client)s", amount=self._format_amount(), client=self.partner_id.display_name),
            message,
        ]
        if not self.user_id.has_group("client_refund.group_client_refund_prepare"):
            parts.append(
                self.env._(
                    "Nobody prepares refunds in %(company)s, so nobody can answer. Give a user of the company the "
                    "right Prepare under Client Refunds, and assign this activity to that user.",
                    company=self.company_id.display_name,
                )
            )
        return plaintext2html("\n".join(filter(None, parts)))

    # -------------------------------------------------------------------------
    # Done
    # -------------------------------------------------------------------------

    def _ask(self):
        result = super()._ask()
        self._filter_client_requests().activity_unlink([REQUEST_ACTIVITY])
        return result

    def _stop_asking(self):
        """These are no requests any more: nobody waits for them on the portal."""
        self.activity_unlink([REQUEST_ACTIVITY])
        self.write({"is_client_request": False, "amount_requested": 0})

    def _filter_client_requests(self):
        return self.filtered("is_client_request")
