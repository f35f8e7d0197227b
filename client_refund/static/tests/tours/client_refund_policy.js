import { registry } from "@web/core/registry";
import { ISSUED, WIZARD, choosePolicy, refundDocument } from "./desk_steps";

/** What is told of an approval before anything waits; what becomes of it is checked in tests/test_tour_policy.py. */

const WARNING = "[name=client_refund_approval_warning]";
const BANNER = `${WIZARD} [name=alerts] .alert`;

registry.category("web_tour.tours").add("client_refund_policy_settings", {
    steps: () => [
        {
            content: "Open the settings of accounting",
            trigger: ".settings_tab [data-key=account]",
            run: "click",
        },
        {
            content: "Nothing waits, so there is nothing to warn of",
            trigger: `#client_refund_approval:not(:has(${WARNING}))`,
        },
        ...choosePolicy("Always"),
        {
            content: "The settings say who alone may approve, and what to do",
            trigger: `${WARNING}:contains(Only Paula Partner may approve):contains(Give another user)`,
        },
        ...choosePolicy("Never"),
        {
            content: "All is well",
            trigger: `#client_refund_approval:not(:has(${WARNING}))`,
        },
        {
            content: "Leave all as it was",
            trigger: ".o_control_panel button:contains(Discard)",
            run: "click",
        },
        {
            content: "Nothing is left to save",
            trigger: "body:not(:has(.o_dirty_warning))",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_policy_never", {
    steps: () => [
        refundDocument(),
        {
            content: "The risk is a banner",
            trigger: `${BANNER}:contains(BE222 is not marked as trusted)`,
        },
        {
            content: "Nobody is asked",
            trigger: `.modal:not(:has(${BANNER}:contains(must approve))) footer button:visible:contains(/^Refund \\$/)`,
            run: "click",
        },
        {
            content: "It is issued, and keeps the risk",
            trigger: `.o_form_view:has([name=state] .o_arrow_button_current${ISSUED}) .nav-link[name=control]`,
            run: "click",
        },
        {
            content: "The risk stands on the refund",
            trigger: ".o_notebook [name=risk_summary]:contains(BE222 is not marked as trusted)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_policy_ask", {
    steps: () => [
        refundDocument(),
        {
            content: "The wizard says who may approve",
            trigger: `${BANNER}:contains(Every refund needs approval.):contains(Users who may approve it: Paula Partner.)`,
        },
        {
            content: "Ask",
            trigger: ".modal footer button:visible:contains(Ask for Approval)",
            run: "click",
        },
        {
            content: "It waits",
            trigger: ".o_form_view [name=state] .o_arrow_button_current[data-value=to_approve]",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_policy_change", {
    steps: () => [
        {
            content: "Change what waits",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_edit]",
            run: "click",
        },
        {
            content: "Who may approve is told that this costs the right to",
            trigger: `${BANNER}:contains(If you change it, somebody else must approve it)`,
        },
        {
            content: "Leave it as it is",
            trigger: ".modal footer button:contains(Discard)",
            run: "click",
        },
        {
            content: "Approve it",
            trigger: "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        {
            content: "It is issued",
            trigger: `.o_form_view [name=state] .o_arrow_button_current${ISSUED}`,
        },
    ],
});
