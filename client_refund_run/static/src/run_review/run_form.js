import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** Before a run is issued it says how much that is. */
class RunFormController extends FormController {
    async beforeExecuteActionButton({ name }) {
        const issues = name === "action_submit" && this.model.root.data.state === "prepared";
        return issues && !(await this.confirmIssue()) ? false : super.beforeExecuteActionButton(...arguments);
    }

    confirmIssue() {
        const { refund_count: count, amount, company_currency_id: currency } = this.model.root.data;
        return new Promise((resolve) =>
            this.dialogService.add(
                ConfirmationDialog,
                {
                    title: _t("Issue"),
                    body: _t(
                        "Pay out %(amount)s? Number of refunds: %(count)s. A run that needs approval waits for it.",
                        { amount: formatMonetary(amount, { currencyId: currency.id }), count }
                    ),
                    confirmLabel: _t("Issue"),
                    confirm: () => resolve(true),
                    cancel: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            )
        );
    }
}

registry.category("views").add("client_refund_run_form", { ...formView, Controller: RunFormController });
