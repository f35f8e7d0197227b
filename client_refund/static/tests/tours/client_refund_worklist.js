import { registry } from "@web/core/registry";

/**
 * What a billing clerk does at the worklist; what it did to the ledger is checked in tests/test_tours.py.
 */

const ROW = ".o_list_view .o_data_row:contains(Alder & Finch LLP)";

registry.category("web_tour.tours").add("client_refund_worklist", {
    url: "/odoo/client-refunds",
    steps: () => [
        {
            content: "Open the Customers menu",
            trigger: "[data-menu-xmlid='account.menu_finance_receivables']",
            run: "click",
        },
        {
            content: "Choose Client Credits",
            trigger: "[data-menu-xmlid='client_refund.menu_client_credit']",
            run: "click",
        },
        {
            content: "Everybody who is owed something is there",
            trigger: ".o_list_view:has(.o_data_row:contains(Alder & Finch LLP)) .o_data_row:contains(Birch Holdings)",
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Who also owes",
            trigger: ".o_filter_menu .o_menu_item:contains(Also Owes)",
            run: "click",
        },
        {
            content: "The others are gone",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Birch Holdings)))",
        },
        {
            content: "The row says what is open and what the client owes",
            trigger: `${ROW}:contains(1,000.00):contains(650.00)`,
        },
        {
            content: "Refund",
            trigger: `${ROW} button[name=action_refund_client]`,
            run: "click",
        },
        {
            content: "All of the row is ticked",
            trigger: ".modal footer [name=confirm_label]:contains(650.00)",
        },
        {
            content: "Confirm",
            trigger: ".modal footer button[name=action_refund]:enabled",
            run: "click",
        },
        {
            content: "The refund is on the screen",
            trigger: "body:not(:has(.modal)) button[name=action_open_documents]",
        },
        {
            content: "Back to the worklist",
            trigger: ".o_breadcrumb .o_back_button:contains(Client Credits)",
            run: "click",
        },
        {
            content: "Nobody else is left who is owed something and owes",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Alder & Finch LLP)))",
        },
        {
            content: "The filter still stands",
            trigger: ".o_searchview_facet:contains(Also Owes) .o_facet_remove",
            run: "click",
        },
        {
            content: "Who was refunded is gone",
            trigger:
                ".o_list_view:has(.o_data_row:contains(Birch Holdings)):not(:has(.o_data_row:contains(Alder & Finch LLP)))",
        },
    ],
});
