import { registry } from "@web/core/registry";
import { DIALOG, click, see } from "./desk_steps";

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
        { content: "Less", trigger: `${FOOTER} [name=amount] input`, run: "edit 500 && press Tab" },
        click("Refund it", `${FOOTER} button[name=action_refund]:contains(500.00)`),
        see("It is issued", "body:not(:has(.modal)) .o_form_view:contains(500.00) [data-value=in_process]"),
    ],
});

/** What is to be done at the bank, and said to be done. */
registry.category("web_tour.tours").add("client_refund_desk_transfer", {
    url: "/odoo/client-refunds-to-transfer",
    steps: () => [
        see(
            "Payee, account, amount and reference can be copied",
            ".o_data_row:contains(BE111):contains(650.00):has(td[name=name] .fa-clipboard):has(td[name=amount] .fa-clipboard)"
        ),
        click("Select it", ".o_data_row:contains(BE111) .o_list_record_selector input"),
        click("The money has left", "button[name=action_mark_paid]"),
        click("Yes", ".modal footer .btn-primary"),
        see("Nothing is left to do", ".o_view_nocontent:contains(Nothing to transfer)"),
    ],
});
