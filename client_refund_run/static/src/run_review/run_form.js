import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** Before a run is issued it says how much that is, and who must approve it. */
class RunFormController extends FormController {
    async beforeExecuteActionButton({ name }) {
        const issues = name === "action_submit" && this.model.root.data.state === "prepared";
        return issues && !(await this.confirmIssue()) ? false : super.beforeExecuteActionButton(...arguments);
    }

    async confirmIssue() {
        const { resId, resModel } = this.model.root;
        const { message, label } = await this.orm.call(resModel, "get_issue_question", [resId]);
        return new Promise((resolve) =>
            this.dialogService.add(
                ConfirmationDialog,
                {
                    title: _t("Issue"),
                    body: message,
                    confirmLabel: label,
                    confirm: () => resolve(true),
                    cancel: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            )
        );
    }
}

registry.category("views").add("client_refund_run_form", { ...formView, Controller: RunFormController });
