import { registry } from "@web/core/registry";

/** A clerk says that money has left, of one refund and of several. What is kept is checked in tests/test_tour_paid.py. */

const CURRENT = ".o_statusbar_status .o_arrow_button_current";
const OPEN_LIST = ".o_list_view .o_data_row:has([name=state]:contains(In Process)):contains";

registry.category("web_tour.tours").add("client_refund_mark_paid", {
    steps: () => [
        {
            content: "The refund of a credit note is issued, and its money is here still",
            trigger: `${CURRENT}:contains(In Process)`,
        },
        {
            content: "Say that it has left",
            trigger: ".o_statusbar_buttons button[name=action_mark_paid]",
            run: "click",
        },
        {
            content: "It is paid, and there is nothing more to say",
            trigger: `.o_form_view:not(:has(button[name=action_mark_paid])) ${CURRENT}:contains(Paid)`,
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_mark_paid_many", {
    steps: () => [
        {
            content: "Two refunds are in process",
            trigger: `${OPEN_LIST}(Birch Holdings)`,
        },
        {
            content: "Choose both",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Say that their money has left",
            trigger: ".o_control_panel button[name=action_mark_paid]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal:contains(Have all selected refunds been paid) .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "Both are paid, and nothing is in process",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains(In Process))) .o_data_row:contains(Birch Holdings):contains(Paid)",
        },
    ],
});
