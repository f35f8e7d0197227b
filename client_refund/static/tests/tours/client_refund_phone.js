import { registry } from "@web/core/registry";

// The same desk on a phone: what is owed comes as cards, and an amount is changed in a dialog of its own.
registry.category("web_tour.tours").add("client_refund_on_a_phone", {
    steps: () => [
        {
            content: "The worklist comes as cards",
            trigger: ".o_kanban_record:contains(Alder & Finch LLP) button:contains(Refund)",
            run: "click",
        },
        {
            content: "Leave the first credit out",
            trigger: ".o_client_refund_credits .o_kanban_record:contains(Payment) .o_boolean_toggle input:checked",
            run: "click",
        },
        {
            content: "Change the amount of the other",
            trigger: ".o_client_refund_credits .o_kanban_record:contains(Credit Note) .text-muted",
            run: "click",
        },
        {
            content: "There is nothing new to add",
            trigger: ".o_client_refund_choice:not(:has(.o_form_button_save_new:visible))",
        },
        {
            trigger: ".o_client_refund_choice .o_field_widget[name=amount] input",
            run: "edit 150",
        },
        {
            trigger: ".o_client_refund_choice .o_form_button_save",
            run: "click",
        },
        {
            content: "The total follows",
            trigger: ".modal footer [name=confirm_label]:contains(150.00)",
        },
        {
            trigger: ".modal:not(.o_inactive_modal) footer button[name=action_refund]:visible",
            run: "click",
        },
        {
            content: "The refund's credits are cards too",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name=line_ids] .o_kanban_record:contains(150.00)",
        },
    ],
});
