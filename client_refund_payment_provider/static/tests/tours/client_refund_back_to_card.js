import { registry } from "@web/core/registry";
import {
    CREDIT_NOTE,
    DIALOG,
    PAYMENT,
    chooseClient,
    openWizard,
    seeColumn,
    tick,
    typeAmount,
} from "@client_refund/../tests/tours/desk_steps";

/**
 * Credits that were paid online go back to the card. What it did to the ledger is checked in tests/test_tours.py.
 */

registry.category("web_tour.tours").add("client_refund_back_to_card", {
    steps: () => [
        ...openWizard(),
        ...chooseClient(),
        {
            content: "The credit note can't go back to a card",
            trigger: `${CREDIT_NOTE}:not(:has(td[name=to_source] input))`,
        },
        {
            content: "What was paid online says how much can go back",
            trigger: `${PAYMENT} td[name=amount_source_left]:contains(100.00)`,
        },
        seeColumn("to_source"),
        // it may still bounce, so it is not ticked
        tick(PAYMENT),
        {
            content: "It is ticked",
            trigger: `${PAYMENT} [name=selected] input:checked`,
        },
        {
            content: "By bank that needs approval",
            trigger: `${DIALOG} footer button:contains(Ask for Approval)`,
        },
        {
            content: "Send it back to the card",
            trigger: `${PAYMENT} td[name=to_source] input`,
            run: "click",
        },
        {
            content: "The total tells what goes back to the card",
            trigger: ".modal footer [name=amount_to_source]:contains(100.00)",
        },
        ...typeAmount(PAYMENT, "60"),
        {
            content: "Leave the amount",
            trigger: ".modal footer .o_client_refund_balance",
            run: "click",
        },
        {
            content: "60 of 100 goes back to the card",
            trigger: ".modal footer:has([name=confirm_label]:contains(100.00)) [name=amount_to_source]:contains(60.00)",
        },
        {
            content: "Confirm, no approval is due",
            trigger: `${DIALOG} footer button[name=action_refund]:enabled:contains(Refund)`,
            run: "click",
        },
        {
            content: "The refund says what goes back, and that the provider is to be asked",
            trigger:
                "body:not(:has(.modal)) .o_data_row:has(td[name=source_transaction_id]:contains(SHOP)) td[name=provider_status]:contains(To Send)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_card_failed", {
    steps: () => [
        {
            content: "It failed, and in which amount",
            trigger:
                ".o_data_row:has(td[name=provider_status]:contains(Failed)) td[name=amount_failed]:contains(100.00)",
        },
        {
            content: "It says why",
            trigger: ".o_data_row td[name=provider_message]:contains(error)",
        },
        {
            content: "It is canceled, nothing was paid",
            trigger: "[name=state] .o_arrow_button_current[data-value=canceled]",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_card_unknown", {
    steps: () => [
        {
            content: "Nobody knows what the provider did",
            trigger: ".o_data_row td[name=provider_status]:contains(Unknown)",
        },
        {
            content: "Say that it was refunded",
            trigger: ".o_data_row button[name=action_provider_refunded]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_data_row td[name=provider_status]:contains(Done)",
        },
    ],
});
