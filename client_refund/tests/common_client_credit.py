from .common import ClientRefundCommon


class ClientCreditCommon(ClientRefundCommon):
    """Rows of the worklist."""

    def _rows(self, *clients, user=None, **context):
        self.env.invalidate_all()
        rows = self.env["client.credit"].with_user(user or self.clerk).with_context(**context)
        return rows.search([("partner_id", "in", [client.id for client in clients or [self.client]])])
