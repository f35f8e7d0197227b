import { registry } from "@web/core/registry";
import { confirm, refundDocument } from "@client_refund/../tests/tours/desk_steps";

/**
 * A refund by a method that goes through payment orders. What it did to the ledger is checked in
 * tests/test_payment_order_tour.py.
 */

registry.category("web_tour.tours").add("client_refund_by_payment_order", {
    steps: () => [
        refundDocument(),
        {
            content: "The client is paid by transfer",
            trigger: ".modal [name=payment_method_line_id] input:value(Transfer by order)",
        },
        confirm(),
        {
            content: "The refund is in process, and says where it waits",
            trigger:
                "body:not(:has(.modal)):has([name=state] .o_arrow_button_current[data-value=in_process]) .o-mail-Message:contains(waits in payment order)",
        },
    ],
});

function clickOrder(button, state) {
    return [
        {
            content: "Take the next step of the order",
            trigger: `.o_statusbar_buttons button[name=${button}]:enabled`,
            run: "click",
        },
        {
            content: "The order is one step further",
            trigger: `[name=state] .o_arrow_button_current[data-value=${state}]`,
        },
    ];
}

registry.category("web_tour.tours").add("client_refund_order_paid", {
    steps: () => [
        ...clickOrder("draft2open", "open"),
        ...clickOrder("open2generated", "generated"),
        ...clickOrder("generated2uploaded", "uploaded"),
        {
            content: "See whose refunds it has paid",
            trigger: "button[name=action_open_client_refunds]:contains(1)",
            run: "click",
        },
        {
            content: "The refund has its payment, and shows its order",
            trigger: ".o_form_view:has(button[name=action_open_payments]) button[name=action_open_payment_orders]",
        },
    ],
});
