import { registry } from "@web/core/registry";
import { WIZARD, confirm, refundDocument } from "./desk_steps";

/** A clerk lets clients be told of their refunds. What is queued is checked in tests/test_tour_notice.py. */

const TO_SEND = "[name=notice_state]:contains(To Send)";

registry.category("web_tour.tours").add("client_refund_notice_wizard", {
    steps: () => [
        refundDocument(),
        {
            content: "The firm does not send notices unless it is said",
            trigger: `${WIZARD} [name=send_notice] input:not(:checked)`,
        },
        {
            content: "Say it",
            trigger: `${WIZARD} [name=send_notice] input`,
            run: "click",
        },
        confirm(),
        {
            content: "The client is told in a moment, so there is nothing to click",
            trigger: `.o_form_view:not(:has(button[name=action_send_notice])) ${TO_SEND}`,
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_notice_failed", {
    steps: () => [
        {
            content: "The mail came back: it says so, and why",
            trigger:
                ".o_form_view:has([name=notice_state]:contains(Failed)) [name=notice_failure]:contains(office@alder.example.com: Bounce)",
        },
        {
            content: "Send it again",
            trigger: ".o_statusbar_buttons button[name=action_send_notice]:contains(Send Again)",
            run: "click",
        },
        {
            content: "The client is told in a moment",
            trigger: `.o_form_view:not(:has(button[name=action_send_notice])) ${TO_SEND}`,
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_notice_button", {
    steps: () => [
        {
            content: "The client did not receive",
            trigger: ".o_form_view [name=send_notice] input:not(:checked)",
        },
        {
            content: "Send the notice",
            trigger: ".o_statusbar_buttons button[name=action_send_notice]",
            run: "click",
        },
        {
            content: "The client is told in a moment, so there is nothing more to click",
            trigger: `.o_form_view:not(:has(button[name=action_send_notice])) ${TO_SEND}`,
        },
    ],
});
