import { registry } from "@web/core/registry";

/** A client sees what was paid back, and asks for the rest; what came of it is checked in tests/test_tour_portal.py. */

registry.category("web_tour.tours").add("client_refund_portal", {
    url: "/my",
    steps: () => [
        {
            content: "Open the refunds",
            trigger: ".o_portal_index_card:not(.d-none) a[href='/my/refunds']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open the one that was issued",
            trigger: ".o_portal_my_doc_table tr:contains(On its way) a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It shows amount and masked account, and there is a notice to download",
            trigger: ".o_portal_sidebar:contains(100.00):contains(7034) a[href*='report_type=pdf']:contains(Download)",
        },
        {
            content: "Go back",
            trigger: ".o_portal_submenu a[href='/my/refunds']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Say why",
            trigger: "[name=client_refund_offer]:contains(200.00) textarea",
            run: "edit We closed our office",
        },
        {
            content: "The account that is proposed is the client's",
            trigger: "[name=client_refund_offer] select:has(option:checked:contains(7034))",
        },
        {
            content: "Ask for the rest",
            trigger: "[name=client_refund_offer] button:contains(Ask for Refund)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is being looked at, and there is nothing to download yet",
            trigger: ".o_portal_sidebar:contains(Received, being looked at):not(:has(a[href*='report_type=pdf']))",
        },
    ],
});
