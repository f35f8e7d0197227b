import { registry } from "@web/core/registry";

/**
 * A clerk mistypes, is refused and goes on: what the wizard shows is what will happen. What it did to the ledger is
 * checked in tests/test_tour_truth.py.
 */

const WIZARD = ".modal:not(.o_inactive_modal)";
const ROW = `${WIZARD} [name=line_ids] .o_data_row:has(td[name=source_type]:contains(Credit Note))`;
const PAYMENT = `${WIZARD} [name=line_ids] .o_data_row:has(td[name=source_type]:contains(Payment))`;
const BANNER = "[name=alerts] .alert";

function typeAmount(amount) {
    return [
        {
            content: "Click the amount",
            trigger: `${ROW} td[name=amount]`,
            run: "click",
        },
        {
            content: `Type ${amount}`,
            trigger: `${ROW} td[name=amount] input`,
            run: `edit ${amount}`,
        },
        {
            content: "Look elsewhere",
            trigger: `${WIZARD} [name=memo] input`,
            run: "click",
        },
    ];
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
            `${WIZARD}:has([name=balance_after]:contains(/\\s${after}$/))`,
            `:has(footer button[name=action_refund]:visible:contains(/^${button} \\$\\s${amount}$/))`,
            banner ? `:has(${BANNER}:contains(${banner}))` : `:not(:has(${BANNER}))`,
        ].join(""),
    };
}

function click(selector) {
    return { content: "Click", trigger: selector, run: "click" };
}

const refuse = [
    click(`${WIZARD} footer button[name=action_refund]:enabled`),
    {
        content: "It is refused",
        trigger: ".o_error_dialog:contains(400.00 is open)",
    },
    click(".o_error_dialog footer button"),
];

registry.category("web_tour.tours").add("client_refund_truth", {
    url: "/odoo/client-credits",
    steps: () => [
        click(".o_list_view .o_data_row:contains(Alder & Finch LLP) button[name=action_refund_client]"),
        see("650.00", "0.00", "Refund"),
        ...typeAmount("9999"),
        see("10,249.00", "9,599.00", "Ask for Approval of", "above"),
        ...refuse,
        see("10,249.00", "9,599.00", "Ask for Approval of", "above"),
        {
            content: "The line is marked",
            trigger: `${ROW}.text-danger`,
        },
        ...typeAmount("100"),
        see("350.00", "-300.00", "Refund"),
        {
            content: "The line is not marked any more",
            trigger: `${ROW}:not(.text-danger)`,
        },
        ...choose("partner_bank_id", "BE222", "Create"),
        see("350.00", "-300.00", "Ask for Approval of", "Birch Holdings"),
        ...choose("partner_bank_id", "BE111", "BE111"),
        see("350.00", "-300.00", "Refund"),

        // the other way round: the account first, then the amount
        ...typeAmount("9999"),
        ...refuse,
        see("10,249.00", "9,599.00", "Ask for Approval of", "above"),
        ...choose("partner_bank_id", "BE222", "BE222"),
        see("10,249.00", "9,599.00", "Ask for Approval of", "Birch Holdings"),
        ...typeAmount("100"),
        see("350.00", "-300.00", "Ask for Approval of", "Birch Holdings"),
        ...choose("partner_bank_id", "BE111", "BE111"),
        see("350.00", "-300.00", "Refund"),
        click(`${PAYMENT} td[name=selected]`),
        see("100.00", "-550.00", "Refund"),

        ...choose("partner_id", "Birch", "Birch Holdings"),
        {
            content: "What the other client is owed, and its account",
            trigger: `${WIZARD} [name=partner_bank_id] input:value(BE222)`,
        },
        click(`${WIZARD} [name=line_ids] .o_data_row:contains(80.00) td[name=selected]`),
        see("80.00", "0.00", "Ask for Approval of", "on file for Alder"),
        ...choose("partner_id", "Alder", "Alder & Finch LLP"),
        see("650.00", "0.00", "Refund"),
        click(`${PAYMENT} td[name=selected]`),
        ...typeAmount("120"),
        see("120.00", "-530.00", "Refund"),
        click(`${WIZARD} footer button[name=action_refund]:enabled`),
        {
            content: "It is paid, as the button said",
            trigger:
                "body:not(:has(.modal)) .o_form_view:has([name=state] .o_arrow_button_current:is([data-value=in_process], [data-value=paid])):contains(120.00)",
        },
    ],
});
