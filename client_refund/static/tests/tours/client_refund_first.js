import { registry } from "@web/core/registry";
import { DIALOG, chooseClient, click, confirm, openWizard, sayWhy } from "./desk_steps";

/**
 * The first refund of the only user of a fresh firm: an invoice that is paid with too much by core's Pay, the refund, and
 * its undoing; what it did to the ledger is checked in tests/test_first_refund.py.
 */

const TICKED = `${DIALOG} [name=line_ids] .o_data_row:has([name=selected] input:checked)`;

registry.category("web_tour.tours").add("client_refund_first", {
    steps: () => [
        click("Pay the invoice", ".o_form_view .o_statusbar_buttons button[name=action_register_payment]:visible"),
        {
            content: "The client paid too much",
            trigger: `${DIALOG} [name=amount] input`,
            run: "edit 1200 && press Tab",
        },
        click("Create the payment", `${DIALOG} footer button[name=action_create_payments]`),
        {
            content: "The invoice is paid",
            trigger: "body:not(:has(.modal)) .o_form_view .ribbon:contains(/paid/i)",
        },
        ...openWizard(),
        ...chooseClient(),
        {
            content: "The credit note is ticked",
            trigger: `${TICKED}:has(td[name=source_type]:contains(Credit Note))`,
        },
        {
            content: "So is what was paid too much",
            trigger: `${TICKED}:has(td[name=source_type]:contains(Payment))`,
        },
        {
            content: "Nothing is wrong, and nothing waits for anybody",
            trigger: `${DIALOG}:not(:has(.alert-danger)) footer button[name=action_refund]:visible:contains(/^Refund \\$/)`,
        },
        confirm(),
        {
            content: "The refund is issued",
            trigger: "body:not(:has(.modal)) [name=state] .o_arrow_button_current[data-value=in_process]",
        },
        click("The money has left", ".o_statusbar_buttons button[name=action_mark_paid]"),
        {
            content: "It is paid",
            trigger: "[name=state] .o_arrow_button_current[data-value=paid]",
        },
        click("Undo", ".o_statusbar_buttons button:contains(Undo)"),
        sayWhy("Wrong client"),
        confirm("action_undo"),
        {
            content: "It is undone",
            trigger: "body:not(:has(.modal)) [name=state] .o_arrow_button_current[data-value=canceled]",
        },
    ],
});
