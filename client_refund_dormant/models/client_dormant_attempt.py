from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.client_refund.tools.workflow import with_workflow


class ClientDormantAttempt(models.Model):
    """One attempt to reach a client. It is evidence: made once; a wrong one gets a later one that corrects it."""

    _name = "client.dormant.attempt"
    _description = "Attempt to Reach a Client"
    _inherit = ["client.refund.terms"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    register_id = fields.Many2one(
        "client.dormant.credit", term=True, string="Dormant Credit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="register_id.company_id", store=True, precompute=True)
    date = fields.Datetime(
        string="Logged On",
        required=True,
        readonly=True,
        default=lambda self: fields.Datetime.now(),
        help="When the attempt was logged. If it was made earlier, write so in the note.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        help="Who logged the attempt.",
    )
    kind = fields.Selection(
        term=True,
        selection=[("mail", "Email"), ("letter", "Letter"), ("call", "Call"), ("other", "Other")],
        required=True,
        default="call",
        help="How the client was contacted.",
    )
    result = fields.Selection(
        term=True,
        selection=[
            ("sent", "Sent"),
            ("no_answer", "No Answer"),
            ("bounced", "Bounced"),
            ("reached", "Reached"),
            ("void", "Not Made"),
        ],
        required=True,
        default="no_answer",
        help="Sent: there is no answer yet. Bounced: it came back, or the number is not in use. Not made: corrects "
        "an attempt that was logged by mistake, which does not count any more.",
    )
    note = fields.Text(term=True, help="Whom you tried to reach, where, and with which result.")
    corrects_id = fields.Many2one(
        "client.dormant.attempt",
        term=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('register_id', '=', register_id), ('correction_ids', '=', False)]",
        help="The earlier attempt that this one corrects, or whose result is known now. The two count as one.",
    )
    correction_ids = fields.One2many("client.dormant.attempt", "corrects_id", string="Corrected By", readonly=True)
    message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null", help="The email that was sent.")
    mail_failure = fields.Text(
        string="Not Delivered",
        compute="_compute_mail_failure",
        help="Why the email did not reach the client. Such an attempt does not count: write again.",
    )

    _corrects_once = models.Constraint(
        "UNIQUE(corrects_id)", "This attempt was already corrected. Correct the later attempt."
    )

    # of the mail nothing is named: who sends mails would look for attempts each time
    @api.depends("message_id")
    def _compute_mail_failure(self):
        for attempt in self:
            attempt.mail_failure = attempt.message_id._get_mail_failure()

    @api.constrains("corrects_id", "register_id")
    def _check_corrects_own(self):
        for attempt in self:
            if attempt.corrects_id and attempt.corrects_id.register_id != attempt.register_id:
                raise ValidationError(
                    self.env._(
                        "The attempt that is corrected belongs to %(other)s. Choose one of %(register)s.",
                        other=attempt.corrects_id.register_id.name,
                        register=attempt.register_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        attempts = super().create(vals_list)
        registers = with_workflow(attempts.register_id)
        registers._add_contributor()
        registers.filtered(lambda register: register.state == "to_contact").state = "contacting"
        return attempts

    def _get_terms_owner(self, *vals_list):
        registers = self.register_id
        return registers.browse(vals["register_id"] for vals in vals_list if vals.get("register_id")) or registers

    def _get_not_a_term_message(self, _labels):
        return self.env._("The user and the date of an attempt can't be chosen. Write in the note when it was made.")

    def _check_changeable(self):
        raise UserError(
            self.env._("An attempt is evidence and can't be changed or deleted. Log another one that corrects it.")
        )

    def _filter_made(self):
        """The attempts that count: as they were corrected, none that was not made, no e-mail that failed.

        :return: client.dormant.attempt
        """
        return self.filtered(
            lambda attempt: not attempt.correction_ids and attempt.result != "void" and not attempt.mail_failure
        )
