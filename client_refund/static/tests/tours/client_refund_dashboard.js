import { registry } from "@web/core/registry";

/** What is to be done, above the refunds and in their analysis; the numbers are made in tests/test_tour_dashboard.py. */

function seeCard(name, count, amount) {
    const number = `.o_refund_dashboard_count:contains(/^${count}$/)`;
    return {
        content: "The card says how many and how much",
        trigger: `.o_client_refund_dashboard button[name=${name}]:has(${number}):contains(${amount})`,
    };
}

function clickCard(name) {
    return {
        content: "Click the card",
        trigger: `.o_client_refund_dashboard button[name=${name}]`,
        run: "click",
    };
}

function seeOnly(view, client, others, filter) {
    return {
        content: "Its refunds are listed, and no others",
        trigger: `body:has(.o_searchview_facet:contains(${filter})) ${view}:contains(${client}):not(:contains(${others}))`,
    };
}

const LIST = ".o_list_view .o_list_renderer";
const KANBAN = ".o_kanban_view .o_kanban_renderer";

registry.category("web_tour.tours").add("client_refund_dashboard", {
    url: "/odoo/client-refunds",
    steps: () => [
        seeCard("open_credits", 2, "1,150.00"),
        seeCard("to_approve", 1, "400.00"),
        seeCard("in_process", 1, "250.00"),
        seeCard("returned", 1, "75.00"),
        clickCard("to_approve"),
        seeOnly(LIST, "Alder & Finch LLP", "Birch Holdings", "To Approve"),
        clickCard("returned"),
        seeOnly(LIST, "Cedar Partners", "Alder & Finch LLP", "Returned, Credit Open"),
        {
            content: "Show cards instead of rows",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        seeOnly(KANBAN, "Cedar Partners", "Alder & Finch LLP", "Returned, Credit Open"),
        seeCard("in_process", 1, "250.00"),
        clickCard("in_process"),
        seeOnly(KANBAN, "Birch Holdings", "Cedar Partners", "In Process"),
        clickCard("open_credits"),
        {
            content: "The worklist shows as many clients as the card says",
            trigger: ".o_breadcrumb:contains(Client Credits)",
        },
        {
            content: "The client who waits, and the one whose money came back",
            trigger: ".o_content .o_renderer:contains(Cedar Partners):contains(Alder & Finch LLP)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_dashboard_follows", {
    url: "/odoo/client-refunds",
    steps: () => [
        seeCard("to_approve", 1, "400.00"),
        {
            content: "Tick the refund that waits",
            trigger: `${LIST} .o_data_row:contains(Alder & Finch LLP) .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Approve it",
            trigger: ".o_control_panel button[name=action_approve]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        seeCard("to_approve", 0, "0.00"),
        seeCard("in_process", 2, "650.00"),
        seeCard("open_credits", 1, "750.00"),
    ],
});

registry.category("web_tour.tours").add("client_refund_analysis", {
    url: "/odoo/client-refunds",
    steps: () => [
        {
            content: "Open the Reporting menu",
            trigger: "[data-menu-xmlid='account.menu_finance_reports']",
            run: "click",
        },
        {
            content: "Choose Refund Analysis",
            trigger: "[data-menu-xmlid='client_refund.menu_client_refund_report']",
            run: "click",
        },
        {
            content: "What is issued, by month and reason: not what waits for approval or came back",
            trigger: ".o_pivot:contains(Refund Amount):contains(April 2024) .o_pivot_cell_value:contains(250.00)",
        },
        {
            content: "No column claims that more was paid",
            trigger: ".o_pivot:not(:contains(Paid Out))",
        },
        {
            content: "Count what waits, and what the bank sent back, too",
            trigger: ".o_searchview_facet:contains(Issued) .o_facet_remove",
            run: "click",
        },
        {
            content: "It is in the sum",
            trigger: ".o_pivot .o_pivot_cell_value:contains(725.00)",
        },
        {
            content: "Show the rows",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "Open the refund of a row",
            trigger: ".o_list_view .o_data_row:contains(Birch Holdings) td[name=name]",
            run: "click",
        },
        {
            content: "The refund is on the screen",
            trigger: ".o_form_view:contains(Birch Holdings) button[name=action_open_documents]",
        },
    ],
});
