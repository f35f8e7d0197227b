import { registry } from "@web/core/registry";
import { DIALOG, click, see, seeColumn } from "./desk_steps";

const FOOTER = `${DIALOG} footer`;
const ROW = ".o_client_refund_credits .o_data_row";

/** Type a total, and see what is taken for it; all of it without a look below the fold. */
registry.category("web_tour.tours").add("client_refund_desk_total", {
    url: "/odoo/client-credits",
    steps: () => [
        click("Refund a row", ".o_data_row:contains(Alder & Finch LLP) button[name=action_refund_client]"),
        {
            content: "Work starts with the total, which is in sight",
            trigger: `${FOOTER} [name=amount] input:focus`,
            run({ anchor }) {
                if (anchor.getBoundingClientRect().bottom > window.innerHeight) {
                    throw new Error("The total is below the fold");
                }
            },
        },
        seeColumn("amount"),
        see("No column only says zero", `.modal:not(:has(.o_client_refund_credits th[data-name=amount_reserved]))`),
        see("No row only fills the room", `.modal:not(:has(.o_client_refund_credits tbody tr:not(.o_data_row)))`),
        { content: "Type a total", trigger: `${FOOTER} [name=amount] input`, run: "edit 300" },
        { content: "Leave it", trigger: `${FOOTER} [name=amount] input`, run: "press Tab" },
        see("The button says it", `${FOOTER} button[name=action_refund]:contains(/^Refund \\$\\s300.00$/)`),
        see("The oldest credit goes first", `${ROW}:contains(Credit Note) td[name=amount]:contains(300.00)`),
        see("The other one is left", `${ROW}:contains(Payment) td[name=selected] input:not(:checked)`),
        see("So not all is ticked", ".modal [name=select_all] input:not(:checked)"),
        { content: "Too much", trigger: `${FOOTER} [name=amount] input`, run: "edit 9999" },
        { content: "Leave it", trigger: `${FOOTER} [name=amount] input`, run: "press Tab" },
        see("It says how much fits", ".o_notification:contains(can be refunded)"),
        see("All is ticked", ".modal [name=select_all] input:checked"),
        see("And taken", `${FOOTER} button[name=action_refund]:contains(/^Refund \\$\\s650.00$/)`),
        click("Untick all", ".modal [name=select_all] input"),
        see("It says what to do", `${FOOTER} [name=nothing_chosen]:contains(Tick a credit)`),
        see("Nothing can be refunded", `${FOOTER}:not(:has(button[name=action_refund], [name=action_save_draft]))`),
        { content: "Less", trigger: `${FOOTER} [name=amount] input`, run: "edit 500 && press Tab" },
        see("It is a choice again", `${FOOTER}:not(:has([name=nothing_chosen])) button[name=action_save_draft]`),
        click("Refund it", `${FOOTER} button[name=action_refund]:contains(500.00)`),
        see("It is issued", "body:not(:has(.modal)) .o_form_view:contains(500.00) [data-value=in_process]"),
    ],
});

const TOTAL = `${FOOTER} [name=amount] input`;
const AMOUNT = `${ROW}:contains(Credit Note) td[name=amount]`;

/** What is no amount stays red, and pays nothing: not its digits, not a hundredfold, not zero. */
registry.category("web_tour.tours").add("client_refund_desk_no_amount", {
    url: "/odoo/client-credits",
    steps: () => [
        click("Refund a row", ".o_data_row:contains(Alder & Finch LLP) button[name=action_refund_client]"),
        ...["abc", "12x", "-5", "1,5", "1.000,50", "1.000", "=5-10"].flatMap((text) => [
            { content: `Type ${text}`, trigger: TOTAL, run: `edit ${text} && press Tab` },
            see("It stays, in red", `${FOOTER} .o_field_invalid[name=amount] input:value(${text})`),
            see("It says how to write it", ".o_notification:contains(1,234.50)"),
            click("Close that", ".o_notification:contains(1,234.50) .o_notification_close"),
            see("Nothing changed", `${FOOTER} [name=confirm_label]:contains(/\\$\\s650.00$/)`),
        ]),
        click("Refund all the same", `${FOOTER} button[name=action_refund]`),
        see("It is refused", ".modal .o_field_invalid[name=amount]"),
        { content: "Type an amount", trigger: TOTAL, run: "edit 1,000.50 && press Tab" },
        see("All that fits", `${FOOTER}:not(:has(.o_field_invalid)) [name=confirm_label]:contains(/\\$\\s650.00$/)`),
        click("Click the amount of a row", AMOUNT),
        { content: "Type no amount", trigger: `${AMOUNT} input`, run: "edit 100,50 && press Tab" },
        see("It stays, in red", `${AMOUNT} .o_field_invalid input:value(100,50)`),
        click("Refund all the same", `${FOOTER} button[name=action_refund]`),
        see("It is refused", `${AMOUNT} .o_field_invalid`),
        { content: "Mend it", trigger: `${AMOUNT} input`, run: "edit =50*2" },
        click("Refund it", `${FOOTER} button[name=action_refund]`),
        see("It is issued", "body:not(:has(.modal)) .o_form_view:contains(350.00) [data-value=in_process]"),
    ],
});

/** Tab goes from the total through ticks and amounts, and then to the button. */
registry.category("web_tour.tours").add("client_refund_desk_keyboard", {
    url: "/odoo/client-credits",
    steps: () => [
        click("Refund a row", ".o_data_row:contains(Alder & Finch LLP) button[name=action_refund_client]"),
        { content: "Type a total, and on", trigger: `${TOTAL}:focus`, run: "edit 300 && press Tab" },
        see("It is taken", `${FOOTER} [name=confirm_label]:contains(/\\$\\s300.00$/)`),
        { content: "The first tick", trigger: `${ROW}:eq(0) [name=selected] input:focus`, run: "press Tab" },
        { content: "Its amount", trigger: `${ROW}:eq(0) [name=amount] input:focus`, run: "edit 200 && press Tab" },
        click("Tick the second one", `${ROW}:eq(1) [name=selected] input:focus`),
        see("It is taken", `${FOOTER} [name=confirm_label]:contains(/\\$\\s450.00$/)`),
        { content: "Go on", trigger: `${ROW}:eq(1) [name=selected] input:focus`, run: "press Tab" },
        see("Its amount", `${ROW}:eq(1) [name=amount] input:focus`),
        {
            content: "On to the total, where a browser's Tab goes",
            trigger: TOTAL,
            run: ({ anchor }) => anchor.focus(),
        },
        { content: "The total", trigger: `${TOTAL}:focus:value(450.00)`, run: "press Tab" },
        click("The button", `${FOOTER} button[name=action_refund]:focus:contains(450.00)`),
        see("It is issued", "body:not(:has(.modal)) .o_form_view:contains(450.00) [data-value=in_process]"),
    ],
});

/** What is to be done at the bank, and said to be done. */
registry.category("web_tour.tours").add("client_refund_desk_transfer", {
    url: "/odoo/client-refunds-to-transfer",
    steps: () => [
        see(
            "Payee, account, amount and reference can be copied",
            ".o_data_row:contains(BE111):contains(650.00):has(td[name=name] .fa-clipboard):has(td[name=amount_to_transfer] .fa-clipboard)"
        ),
        click("Select it", ".o_data_row:contains(BE111) .o_list_record_selector input"),
        click("The money has left", "button[name=action_mark_paid]"),
        click("Yes", ".modal footer .btn-primary"),
        see("Nothing is left to do", ".o_view_nocontent:contains(Nothing to transfer)"),
    ],
});
