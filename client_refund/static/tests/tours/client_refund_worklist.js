import { registry } from "@web/core/registry";
import { click, confirm, filterWorklist, openWorklist, seeIssued, seeTotal } from "./desk_steps";

/**
 * What a billing clerk does at the worklist; what it did to the ledger is checked in tests/test_tours.py.
 */

const ROW = ".o_list_view .o_data_row:contains(Alder & Finch LLP)";

registry.category("web_tour.tours").add("client_refund_worklist", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openWorklist(),
        ...filterWorklist("Also Owes"),
        {
            content: "The row says what is open and what the client owes",
            trigger: `${ROW}:contains(1,000.00):contains(650.00)`,
        },
        click("Refund", `${ROW} button[name=action_refund_client]`),
        seeTotal("650.00"),
        confirm(),
        seeIssued(),
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
