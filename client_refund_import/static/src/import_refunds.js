import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ImportAction } from "@base_import/import_action/import_action";
import { BaseImportModel } from "@base_import/import_model";

/**
 * An import of refunds keeps the rows that are right where others are wrong. The screen says so, where that of other
 * imports says that nothing was done.
 */

patch(BaseImportModel.prototype, {
    async executeImport(isTest, ...args) {
        this.refundRows = { isTest, left: 0 };
        const data = await super.executeImport(isTest, ...args);
        this.refundRows.ids = data.res.ids;
        if (this.refundRows.left) {
            this.importMessages[this.refundRows.place] = {
                type: "warning",
                lines: this._getRefundLines(data.res.ids.length),
            };
        }
        return data;
    },

    async _executeImportStep(isTest, importRes) {
        const error = await super._executeImportStep(isTest, importRes);
        this.refundRows.next = importRes.nextrow;
        return error;
    },

    _handleImportErrors(messages, name) {
        const rows = messages.filter(({ record }) => record !== undefined);
        if (this.resModel === "client.refund" && rows.length === messages.length) {
            this.refundRows.left = rows.length;
            this.refundRows.place = this.importMessages.length;
        }
        return super._handleImportErrors(messages, name);
    },

    _getRefundLines(made) {
        const { isTest, left, next } = this.refundRows;
        const lines = isTest
            ? [_t("%s rows can be imported.", made), _t("%s rows would be left out (see below).", left)]
            : [
                  _t("%s refunds were made, as drafts.", made),
                  _t("%s rows were left out (see below): correct them and import the file again.", left),
              ];
        return next ? [...lines, _t("The rows after row %s were not looked at yet.", next)] : lines;
    },
});

patch(ImportAction.prototype, {
    async handleImport(isTest = true) {
        await super.handleImport(isTest);
        const { ids = [], left } = this.model.refundRows;
        if (!isTest && left && ids.length) {
            this.notification.add(_t("%s refunds were made, as drafts.", ids.length), {
                type: "success",
                sticky: true,
                buttons: [{ name: _t("View Refunds"), primary: true, onClick: () => this.openRecords(ids) }],
            });
        }
    },
});
