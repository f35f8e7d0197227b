import { registry } from "@web/core/registry";
import { confirm, sayWhy } from "@client_refund/../tests/tours/desk_steps";

/**
 * What a billing clerk does with a refund run; what it did to the ledger is checked in tests/test_tours.py.
 */

const stateIs = (label) => `.o_statusbar_status .o_arrow_button_current:contains(${label})`;

registry.category("web_tour.tours").add("client_refund_run", {
    url: "/odoo/client-credits",
    steps: () => [
        {
            content: "Both clients are owed something",
            trigger: ".o_list_view:has(.o_data_row:contains(Alder & Finch LLP)) .o_data_row:contains(Birch Holdings)",
        },
        {
            content: "Select all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Prepare refunds for them",
            trigger: "button[name=action_prepare_run]",
            run: "click",
        },
        {
            content: "The run knows which credits were chosen",
            trigger: ".o_form_view [name=chosen_count]:contains(3)",
        },
        {
            content: "Prepare",
            trigger: "button[name=action_prepare]",
            run: "click",
        },
        {
            content: "To review: one refund, and one client is left out",
            trigger: `${stateIs("Review")}`,
        },
        {
            content: "See what was left out",
            trigger: "button[name=action_open_skips]:contains(1)",
            run: "click",
        },
        {
            content: "Open the group",
            trigger: ".o_group_header:contains(Also Owes)",
            run: "click",
        },
        {
            content: "The reason is there",
            trigger: ".o_data_row:contains(Birch Holdings):contains(Owes INV/)",
        },
        {
            content: "Back to the run",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "The refund is listed with its account and its risks",
            trigger: ".o_form_view [name=refund_ids] .o_data_row:contains(Alder & Finch LLP):contains(650.00)",
        },
        {
            content: "Look at the refunds",
            trigger: "button[name=action_open_refunds]:contains(1)",
            run: "click",
        },
        {
            content: "The refund is a draft",
            trigger:
                "body:not(:has(.o_form_view)) .o_data_row:contains(Alder & Finch LLP):contains(650.00):contains(Draft)",
        },
        {
            content: "Back to the run",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "Issue",
            trigger: "button[name=action_submit]:contains(Issue)",
            run: "click",
        },
        {
            content: "Yes, that many and that much",
            trigger: ".modal:contains(650.00):contains(refunds: 1) footer .btn-primary",
            run: "click",
        },
        {
            content: "It is at work in the background, and shows how far it is",
            trigger: ".o_client_refund_run_progress:contains(Issuing):contains(0 issued)",
        },
        {
            content: "Pause it",
            trigger: "button[name=action_pause]",
            run: "click",
        },
        {
            content: "It is paused",
            trigger: ".o_client_refund_run_progress:contains(is paused)",
        },
        {
            content: "Resume",
            trigger: "button[name=action_resume]",
            run: "click",
        },
        {
            content: "It goes on",
            trigger: ".o_client_refund_run_progress:not(:contains(is paused))",
        },
        {
            content: "Leave it to itself",
            trigger: "[data-menu-xmlid='account.menu_finance_receivables']",
            run: "click",
        },
        {
            content: "See all runs",
            trigger: "[data-menu-xmlid='client_refund_run.menu_client_refund_run']",
            run: "click",
        },
        {
            content: "It is at work",
            trigger: ".o_list_view .o_data_row:contains(Issuing)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_run_idle", {
    steps: () => [
        {
            content: "It says that nobody is at it, and who can help",
            trigger: ".o_client_refund_run_idle:contains(No progress for 5 minutes)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_run_done", {
    steps: () => [
        {
            content: "It is done",
            trigger: stateIs("Done"),
        },
        {
            content: "See the refunds",
            trigger: "button[name=action_open_refunds]:contains(1)",
            run: "click",
        },
        {
            content: "It is issued",
            trigger: ".o_list_view .o_data_row:contains(Alder & Finch LLP):not(:contains(Draft))",
        },
        {
            content: "Back to the run",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "Undo all of it",
            trigger: ".o_form_statusbar button:contains(Undo)",
            run: "click",
        },
        sayWhy("Wrong bank"),
        confirm("action_undo"),
        {
            content: "It is at work",
            trigger: ".o_client_refund_run_progress:contains(Undoing)",
        },
        {
            content: "Leave it to itself",
            trigger: "button[name=action_open_refunds]",
            run: "click",
        },
        {
            content: "The run is left",
            trigger: ".o_list_view",
        },
    ],
});
