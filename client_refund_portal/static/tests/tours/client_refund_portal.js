import { registry } from "@web/core/registry";

/**
 * A client sees what was paid back, asks for the rest, and writes about it; a clerk declines. What came of it is
 * checked in tests/test_tour_portal.py.
 */

const CHATTER = "#chatterRoot:shadow";

const ask = [
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
        trigger: ".o_portal_sidebar:contains(Received, in review):not(:has(a[href*='report_type=pdf']))",
    },
    {
        content: "Thanks, and what comes next",
        trigger: "[name=client_refund_next_step]:contains(Thank you):contains(inform you here and by email)",
    },
    {
        content: "The own message is there, and stays as it is",
        trigger: `${CHATTER} .o-mail-Message:contains(We closed our office)`,
        run: "hover",
    },
];

const write = [
    {
        content: "Write to the firm",
        trigger: `${CHATTER} .o-mail-Composer-input`,
        run: "edit Please hurry",
    },
    {
        content: "Send it",
        trigger: `${CHATTER} .o-mail-Composer-send:enabled`,
        run: "click",
    },
    {
        content: "It is there",
        trigger: `${CHATTER} .o-mail-Message:contains(Please hurry)`,
    },
];

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
            content: "Credits are told in plain words",
            trigger: "[name=client_refund_credits]:contains(Credit note)",
        },
        {
            content: "Go back",
            trigger: ".o_portal_submenu a[href='/my/refunds']",
            run: "click",
            expectUnloadPage: true,
        },
        ...ask,
        {
            content: "A message can't be changed any more",
            trigger: `${CHATTER} .o-mail-Message:contains(We closed our office):not(:has([name=edit], [name=delete]))`,
        },
        ...write,
    ],
});

registry.category("web_tour.tours").add("client_refund_portal_phone", {
    url: "/my/refunds",
    steps: () => [
        ...ask,
        ...write,
        {
            content: "Changed one's mind",
            trigger: "[name=client_refund_next_step] button:contains(Withdraw)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is withdrawn",
            trigger: ".o_portal_sidebar:contains(Withdrawn by you):not(:has(button:contains(Withdraw)))",
        },
        {
            content: "Nothing is cut off",
            trigger: "body",
            run() {
                if (document.documentElement.scrollWidth > window.innerWidth) {
                    throw new Error("The page is wider than the phone.");
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_portal_decline", {
    steps: () => [
        {
            content: "A request is declined, not undone or rejected",
            trigger:
                ".o_statusbar_buttons:not(:has(button:contains(Discard), button:contains(Reject))) button:contains(Decline)",
            run: "click",
        },
        {
            content: "Say what the client reads",
            trigger: ".modal [name=client_reason] textarea",
            run: "edit Your next invoice uses it up",
        },
        {
            content: "Say what colleagues read",
            trigger: ".modal [name=reason] input",
            run: "edit Asks each month",
        },
        {
            content: "Decline",
            trigger: ".modal footer button:contains(Decline)",
            run: "click",
        },
        {
            content: "The refund says what the client reads",
            trigger: ".o_form_view [name=client_reason]:contains(Your next invoice uses it up)",
        },
    ],
});
