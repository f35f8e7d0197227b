import { registry } from "@web/core/registry";
import {
    CREDIT_NOTE,
    DIALOG,
    ISSUED,
    PAYMENT,
    WIZARD,
    click,
    confirm,
    leaveLine,
    tick,
    typeAmount,
} from "./desk_steps";

/**
 * A clerk mistypes, is refused and goes on: what the wizard shows is what will happen. What it did to the ledger is
 * checked in tests/test_tour_truth.py.
 */

const BANNER = "[name=alerts] .alert";

function typeCredit(amount) {
    return [...typeAmount(CREDIT_NOTE, amount), leaveLine()];
}

function choose(field, text, item) {
    return [
        {
            content: `Type ${text}`,
            trigger: `${WIZARD} [name=${field}] input`,
            run: `edit ${text}`,
        },
        {
            content: `Choose ${item}`,
            trigger: `.o-autocomplete--dropdown-item:contains(${item})`,
            run: "click",
        },
    ];
}

/** The total, the balance after it, the button that is offered, and whether there is a banner. */
function see(amount, after, button, banner) {
    return {
        content: `${amount} by ${button}`,
        trigger: [
            `${DIALOG}:has([name=balance_after]:contains(/\\s${after}$/))`,
            `:has(footer button[name=action_refund]:visible:contains(/^${button} \\$\\s${amount}$/))`,
            banner ? `:has(${BANNER}:contains(${banner}))` : `:not(:has(${BANNER}))`,
        ].join(""),
    };
}

const refuse = [
    confirm(),
    {
        content: "It is refused",
        trigger: ".o_error_dialog:contains(400.00 is open)",
    },
    click("Close it", ".o_error_dialog footer button"),
];

registry.category("web_tour.tours").add("client_refund_truth", {
    url: "/odoo/client-credits",
    steps: () => [
        click("Refund", ".o_list_view .o_data_row:contains(Alder & Finch LLP) button[name=action_refund_client]"),
        see("650.00", "0.00", "Refund"),
        ...typeCredit("9999"),
        see("10,249.00", "9,599.00", "Ask for Approval of", "above"),
        ...refuse,
        see("10,249.00", "9,599.00", "Ask for Approval of", "above"),
        {
            content: "The line is marked",
            trigger: `${CREDIT_NOTE}.text-danger`,
        },
        ...typeCredit("100"),
        see("350.00", "-300.00", "Refund"),
        {
            content: "The line is not marked any more",
            trigger: `${CREDIT_NOTE}:not(.text-danger)`,
        },
        ...choose("partner_bank_id", "BE222", "Create"),
        see("350.00", "-300.00", "Ask for Approval of", "Birch Holdings"),
        ...choose("partner_bank_id", "BE111", "BE111"),
        see("350.00", "-300.00", "Refund"),

        // the other way round: the account first, then the amount
        ...typeCredit("9999"),
        ...refuse,
        see("10,249.00", "9,599.00", "Ask for Approval of", "above"),
        ...choose("partner_bank_id", "BE222", "BE222"),
        see("10,249.00", "9,599.00", "Ask for Approval of", "Birch Holdings"),
        ...typeCredit("100"),
        see("350.00", "-300.00", "Ask for Approval of", "Birch Holdings"),
        ...choose("partner_bank_id", "BE111", "BE111"),
        see("350.00", "-300.00", "Refund"),
        tick(PAYMENT),
        see("100.00", "-550.00", "Refund"),

        ...choose("partner_id", "Birch", "Birch Holdings"),
        {
            content: "What the other client is owed, and its account",
            trigger: `${WIZARD} [name=partner_bank_id] input:value(BE222)`,
        },
        tick(`${WIZARD} [name=line_ids] .o_data_row:contains(80.00)`),
        see("80.00", "0.00", "Ask for Approval of", "also belongs to Alder"),
        ...choose("partner_id", "Alder", "Alder & Finch LLP"),
        see("650.00", "0.00", "Refund"),
        tick(PAYMENT),
        ...typeCredit("120"),
        see("120.00", "-530.00", "Refund"),
        confirm(),
        {
            content: "It is paid, as the button said",
            trigger: `body:not(:has(.modal)) .o_form_view:has([name=state] .o_arrow_button_current${ISSUED}):contains(120.00)`,
        },
    ],
});
