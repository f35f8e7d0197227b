from .common import ClientRefundCommon


class ApprovalCommon(ClientRefundCommon):
    """A firm that wants an approval above 500, a client who is owed 1,000, and two who may approve."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 500})
        cls.credit_note = cls._credit_note(1000)
        cls.second_approver = cls._create_user(
            "refund_approver_2", "Peter Partner", "client_refund.group_client_refund_approve"
        )

    def _set_limit(self, user, amount):
        return self.env["client.refund.approval.limit"].create(
            {"user_id": user.id, "company_id": self.company.id, "amount": amount}
        )

    def _activities(self, refund):
        return refund.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("client_refund.mail_activity_approval")
        )
