import { registry } from "@web/core/registry";
import { confirm, filterWorklist, openWorklist, sayWhy, seeTotal } from "@client_refund/../tests/tours/desk_steps";

/**
 * Old credits: found on the worklist, the client called, the hand-over asked for, approved by somebody else and taken
 * back. What it did to the ledger is checked in tests/test_tour_dormant.py.
 */

const FORM = ".o_form_view";

function seeState(state) {
    return {
        content: `It is ${state}`,
        trigger: `body:not(:has(.modal)) ${FORM} [name=state] .o_arrow_button_current[data-value=${state}]`,
    };
}

function click(name) {
    return {
        content: `Press ${name}`,
        trigger: `${FORM} .o_statusbar_buttons button[name=${name}]`,
        run: "click",
    };
}

registry.category("web_tour.tours").add("client_dormant_find_and_ask", {
    steps: () => [
        ...openWorklist(),
        ...filterWorklist("Dormant"),
        {
            content: "Select the client",
            trigger: ".o_data_row:contains(Alder & Finch LLP) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Enter it in the register",
            trigger: "button[name=action_register_dormant]",
            run: "click",
        },
        seeState("to_contact"),
        {
            content: "Nothing is known of attempts",
            trigger: `${FORM} [name=attempt_ids]:not(:has(.o_data_row))`,
        },
        click("action_log_call"),
        {
            content: "Say what came of it",
            trigger: ".modal [name=note] textarea",
            run: "edit Nobody answers at the number on file",
        },
        {
            content: "Save the call",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        seeState("contacting"),
        {
            content: "The call is kept",
            trigger: `${FORM} [name=attempt_ids] .o_data_row:contains(Nobody answers)`,
        },
        click("action_submit"),
        seeState("to_approve"),
        {
            content: "Who asked can't approve",
            trigger: `${FORM}:not(:has(button[name=action_approve]))`,
        },
    ],
});

registry.category("web_tour.tours").add("client_dormant_approve_and_undo", {
    steps: () => [
        seeState("to_approve"),
        click("action_approve"),
        {
            content: "Confirm",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        seeState("handed_over"),
        {
            content: "The page says what to do when the client turns up",
            trigger: `${FORM} .alert:contains(If the client contacts you)`,
        },
        {
            content: "Undo",
            trigger: `${FORM} .o_statusbar_buttons button:contains(Undo)`,
            run: "click",
        },
        sayWhy("The client wrote to us"),
        confirm("action_undo"),
        seeState("contacting"),
        {
            content: "The entry stays",
            trigger: `${FORM} button[name=action_open_entries]:contains(1)`,
        },
        click("action_refund_client"),
        seeTotal("300.00"),
        {
            content: "Not now",
            trigger: ".modal footer button[special=cancel]",
            run: "click",
        },
        seeState("contacting"),
    ],
});
