from odoo import fields
from odoo.tools import plaintext2html


def prepare_approval_activity_vals(document, activity, approver, reason=""):
    """The values of the activity by which an approver learns of what waits.

    :param document: what waits, with mail thread and activities
    :param activity: str, the XML id of the activity's type
    :param approver: res.users
    :param reason: str, why it waits
    :return: dict
    """
    document.ensure_one()
    env = document.env
    activity_type = env.ref(activity)
    return {
        "activity_type_id": activity_type.id,
        "automated": True,
        "date_deadline": fields.Date.context_today(document),
        "note": plaintext2html(reason) if reason else False,
        "res_id": document.id,
        "res_model_id": env["ir.model"]._get_id(document._name),
        "summary": activity_type.summary,
        "user_id": approver.id,
    }
