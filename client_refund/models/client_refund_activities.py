from markupsafe import Markup

from odoo import fields
from odoo.tools import plaintext2html

# How many documents one message names.
MANY = 5


def prepare_approval_activity_vals(document, activity, approver, reason="", subject=""):
    """The values of the activity by which an approver learns of what waits; the mail of it says the same.

    :param document: what waits, with mail thread and activities, in the approver's language
    :param activity: str, the XML id of the activity's type
    :param approver: res.users
    :param reason: str, why it waits
    :param subject: str, what is to be approved: how much, for whom
    :return: dict
    """
    document.ensure_one()
    env = document.env
    activity_type = env.ref(activity)
    heading = Markup("<p>%s: %s</p>") % (get_link(document), subject) if subject else Markup()
    return {
        "activity_type_id": activity_type.id,
        "automated": True,
        "date_deadline": fields.Date.context_today(document),
        "note": heading + plaintext2html(reason) if reason else heading,
        "res_id": document.id,
        "res_model_id": env["ir.model"]._get_id(document._name),
        "summary": f"{activity_type.summary}: {subject}" if subject else activity_type.summary,
        "user_id": approver.id,
    }


def tell_approved(documents):
    """Let those who asked for these documents know: one message each, however many were approved.

    :param documents: what the user has approved, refunds or runs
    """
    for user, approved in documents.grouped("user_id").items():
        told = approved.with_context(lang=user.lang)
        told.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=told.env._("%(user)s approved: %(refunds)s", user=told.env.user.name, refunds=_list_names(told)),
            body=Markup("<br/>").join(
                Markup("%s: %s") % (get_link(document), document._get_approval_subject()) for document in told
            ),
        )


def _list_names(documents):
    """The numbers of these documents, the first of them where they are many."""
    names = ", ".join(documents[:MANY].mapped("name"))
    return names if len(documents) <= MANY else documents.env._("%(refunds)s and more", refunds=names)


def get_link(document):
    """A link that leads to a document in a mail too, where the chatter's own links don't.

    :return: Markup
    """
    return Markup('<a href="/odoo/%s/%s">%s</a>') % (document._name, document.id, document.display_name)
