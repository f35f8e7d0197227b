import { registry } from "@web/core/registry";
import { CREDIT_NOTE, DIALOG, choosePolicy } from "./desk_steps";

/** No way round the refund; what it did is checked in tests/test_tour_only_by_refund.py. */

const SETTING = "#client_refund_only_by_refund";
const WARNING = `${SETTING} .alert:contains(The Pay button is not controlled)`;

registry.category("web_tour.tours").add("client_refund_pay_opens_the_refund", {
    steps: () => [
        {
            content: "Pay the credit note",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_register_payment]",
            run: "click",
        },
        {
            content: "It is the refund that opens, with the credit note ticked",
            trigger: `${CREDIT_NOTE} [name=selected] input:checked`,
        },
        {
            content: "Ask for approval",
            trigger: `${DIALOG} footer button[name=action_refund]:contains(Ask for Approval)`,
            run: "click",
        },
        {
            content: "The refund waits",
            trigger: ".o_form_view .o_arrow_button_current:contains(To Approve)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_only_by_refund_settings", {
    steps: () => [
        {
            content: "Open the settings of accounting",
            trigger: ".settings_tab [data-key=account]",
            run: "click",
        },
        {
            content: "Nothing is controlled, and nothing said about it",
            trigger: `${SETTING}:not(:has(.alert)) input:not(:checked)`,
        },
        ...choosePolicy("Always"),
        {
            content: "With a policy it is ticked; untick it",
            trigger: `${SETTING}:not(:has(.alert)) input:checked`,
            run: "click",
        },
        {
            content: "The page says what that means",
            trigger: WARNING,
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Saved: the page is loaded anew",
            trigger: ".o_control_panel:not(:has(.o_dirty_warning))",
        },
    ],
});
