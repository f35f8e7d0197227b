import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { FormRenderer } from "@web/views/form/form_renderer";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";
import { monetaryField } from "@web/views/fields/monetary/monetary_field";
import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";
import { useService } from "@web/core/utils/hooks";
import { onMounted, useEffect } from "@odoo/owl";
import { AmountField } from "../fields/amount_field";

const DIALOG = ".modal:not(.o_inactive_modal)";
const FIRST_TICK = `${DIALOG} .o_client_refund_credits .o_data_row:first-child [tabindex][name=selected]`;

/** Credits and invoices to tick: no rows that only fill the room, and Tab goes from tick to amount, row by row. */
class ItemsListRenderer extends ListRenderer {
    setup() {
        super.setup();
        useEffect(() => {
            const cell = this.tableRef.el.querySelector(".o_data_row td[name=selected]");
            if (cell && !this.editedRecord) {
                cell.tabIndex = 0;
                const edit = () => cell.matches(":focus-visible") && this.editFirstRow();
                cell.addEventListener("focus", edit);
                return () => cell.removeEventListener("focus", edit);
            }
        });
    }

    get getEmptyRowIds() {
        return [];
    }

    /** A click beside the tick is a tick, in the row that is edited too. */
    onCellClicked(record, column, ev) {
        if (column.name === "selected" && record.isInEdition && !ev.target.closest(".o-checkbox")) {
            return record.update({ selected: !record.data.selected });
        }
        return super.onCellClicked(...arguments);
    }

    editFirstRow() {
        const [record] = this.props.list.records;
        this.cellToFocus = { column: this.columns.find(({ name }) => name === "selected"), record };
        return this.props.list.enterEditMode(record);
    }
}

class ItemsField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: ItemsListRenderer };
}

/** Tab goes from a typed total to the ticks; who comes from there goes on to the buttons. */
class TotalField extends AmountField {
    setup() {
        super.setup();
        useEffect(
            (input) => {
                input?.addEventListener("focus", (ev) => {
                    this.isFromItems = Boolean(ev.relatedTarget?.closest(".o_data_row"));
                });
                input?.addEventListener("keydown", (ev) => this.onTab(ev));
            },
            () => [this.inputRef.el]
        );
    }

    onTab(ev) {
        const tick = document.querySelector(FIRST_TICK);
        if (getActiveHotkey(ev) === "tab" && tick && !this.isFromItems) {
            ev.preventDefault();
            tick.focus();
        }
    }
}

/** Who opens the desk on a client starts with the total, who opens it on none with the client. */
class WizardRenderer extends FormRenderer {
    setup() {
        super.setup();
        const ui = useService("ui");
        onMounted(() => {
            if (this.props.record.data.partner_id && !ui.isSmall) {
                browser.setTimeout(() => this.focusTotal()); // the footer is put into the dialog after this
            }
        });
    }

    focusTotal() {
        const total = document.querySelector(`${DIALOG} .o_client_refund_totals [name=amount] input`);
        total?.focus();
        total?.select();
    }
}

registry.category("fields").add("client_refund_total", { ...monetaryField, component: TotalField });
registry.category("fields").add("client_refund_items", { ...x2ManyField, component: ItemsField });
registry.category("views").add("client_refund_wizard_form", { ...formView, Renderer: WizardRenderer });
