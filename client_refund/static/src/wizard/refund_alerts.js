import { ActionableErrorsField } from "@account/components/actionable_errors/actionable_errors";
import { registry } from "@web/core/registry";

/** What needs a look, as one list: the gravest first, each with the link that leads to its cure. */
export class RefundAlerts extends ActionableErrorsField {
    static template = "client_refund.RefundAlerts";

    get alerts() {
        return Object.entries(this.sortedActionableErrors || {}).map(([name, alert]) => ({ name, ...alert }));
    }

    /** What can be cured in the form itself is changed there. */
    cure(alert) {
        return alert.changes ? this.props.record.update(alert.changes) : this.handleOnClick(alert);
    }
}

registry.category("fields").add("client_refund_alerts", { component: RefundAlerts });
