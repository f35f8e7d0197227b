import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ImportAction } from "@base_import/import_action/import_action";
import { BaseImportModel } from "@base_import/import_model";

/**
 * An import of refunds keeps the rows that are right where others are wrong: it goes on to the next step of rows, and the
 * screen says what became of all of them, where other imports stop and say that nothing was done.
 */

patch(BaseImportModel.prototype, {
    async executeImport(isTest, ...args) {
        const start = this.importOptions.skip;
        this.refundRows = { ids: [], left: [], next: 0 };
        const data = await super.executeImport(isTest, ...args);
        const { ids, left, next } = this.refundRows;
        if (left.length || (ids.length && data.res.hasError)) {
            data.res.hasError = true;
            this.importMessages = [
                { type: "warning", lines: this._getRefundLines(isTest) },
                ...this.importMessages.filter(({ type }) => type !== "info"),
                ...left.map(({ message }) => ({ type: "danger", lines: [message] })),
            ];
            this.setOption("skip", isTest ? start : next || start);
        }
        return data;
    },

    async _callImport(isTest, args) {
        const result = await super._callImport(isTest, args);
        const { error, ids, messages = [], nextrow } = result;
        const isOurs = this.resModel === "client.refund" && args[1].includes("amount_to_refund");
        if (isOurs && !error && messages.every(({ record }) => record !== undefined)) {
            this.refundRows.ids.push(...(ids || []));
            this.refundRows.left.push(...messages);
            this.refundRows.next = nextrow;
            result.messages = [];
        }
        return result;
    },

    _getRefundLines(isTest) {
        const { ids, left, next } = this.refundRows;
        if (isTest) {
            return [
                _t("Rows that can be imported: %s.", ids.length),
                _t("Rows that would be left out (see below): %s.", left.length),
            ];
        }
        const lines = [
            _t("Draft refunds created: %s.", ids.length),
            _t("Rows left out (see below): %s. Correct them and import the file again.", left.length),
        ];
        return next ? [...lines, _t("The rows after row %s are not imported yet: import them next.", next)] : lines;
    },
});

patch(ImportAction.prototype, {
    async handleImport(isTest = true) {
        await super.handleImport(isTest);
        const { ids, left } = this.model.refundRows;
        if (!isTest && left.length && ids.length) {
            this.notification.add(_t("Draft refunds created: %s.", ids.length), {
                type: "success",
                sticky: true,
                buttons: [{ name: _t("View Refunds"), primary: true, onClick: () => this.openRecords(ids) }],
            });
        }
    },
});
