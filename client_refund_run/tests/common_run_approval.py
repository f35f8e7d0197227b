from .common_run import ClientRefundRunCommon


class RunApprovalCommon(ClientRefundRunCommon):
    """Three clients who are owed 100 each, in a firm that wants an approval above 250."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 250})
        cls.credits = {client: cls._entry(100, partner=client) for client in cls.clients}

    def _submit_run(self, **values):
        run = self._prepare(**values)
        run.action_submit()
        self._work(run)
        return run

    def _asked(self, run):
        """Who is asked to approve the run."""
        approval = self.env.ref("client_refund_run.mail_activity_run_approval")
        return run.activity_ids.filtered(lambda activity: activity.activity_type_id == approval).user_id

    def _assert_issued(self, run, approver):
        self.assertEqual((run.state, run.issued_count), ("done", 3))
        self.assertEqual(run.refund_ids.approver_id, approver)
        for credit in self.credits.values():
            self.assertTrue(credit.reconciled)
