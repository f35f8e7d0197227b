import { registry } from "@web/core/registry";

/**
 * A client with 1,000 open credits of 10.00 each, twelve pages of a list and a rest: what is typed on one page and
 * what was never looked at is refunded alike.
 */

const WIZARD = ".modal:not(.o_inactive_modal) .o_form_view";
const CREDITS = `${WIZARD} .o_client_refund_credits`;
const FIRST = `${CREDITS} .o_data_row:first`;

function seePage(range) {
    return {
        content: `See credits ${range}`,
        trigger: `${CREDITS} .o_pager:contains(${range}):contains(1000)`,
    };
}

function clickPager(button) {
    return {
        content: "Turn the page",
        trigger: `${CREDITS} .o_pager_${button}:enabled`,
        run: "click",
    };
}

function seeTotal(amount) {
    return {
        content: "The total counts all pages",
        trigger: `.modal:not(.o_inactive_modal) footer [name=confirm_label]:contains(/\\$\\s${amount}$/)`,
    };
}

function typeAmount(amount) {
    return [
        {
            content: "Click the amount",
            trigger: `${FIRST} td[name=amount]`,
            run: "click",
        },
        {
            content: "Type another one",
            trigger: `${FIRST} td[name=amount] input`,
            run: `edit ${amount}`,
        },
        {
            content: "Leave the line",
            trigger: `${WIZARD} [name=memo] input`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("client_refund_thousand_credits", {
    steps: () => [
        {
            content: "Open the action menu of the client",
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Refund the client on the screen",
            trigger: ".o-dropdown--menu .o_menu_item:contains(/^Refund$/)",
            run: "click",
        },
        seePage("1-80"),
        seeTotal("10,000.00"),
        ...typeAmount("4"),
        seeTotal("9,994.00"),
        clickPager("next"),
        seePage("81-160"),
        {
            content: "Untick a credit",
            trigger: `${FIRST} td[name=selected]`,
            run: "click",
        },
        seeTotal("9,984.00"),
        clickPager("previous"),
        seePage("1-80"),
        {
            content: "The first page is as it was left",
            trigger: `${FIRST}:has([name=selected] input:checked) td[name=amount]:contains(4.00)`,
        },
        {
            content: "Confirm",
            trigger: ".modal:not(.o_inactive_modal) footer button[name=action_refund]:enabled",
            run: "click",
        },
        {
            content: "The refund is issued",
            trigger: "body:not(:has(.modal)) .o_form_view:has(button[name=action_open_documents])",
            timeout: 60000,
        },
        {
            content: "It says what is paid out",
            trigger: ".o_form_view .o_inner_group [name=amount]:contains(/^\\$\\s9,984.00$/)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_thousand_credits_of_a_chosen_client", {
    steps: () => [
        {
            content: "Open Customers",
            trigger: "[data-menu-xmlid='account.menu_finance_receivables']",
            run: "click",
        },
        {
            content: "Choose Refund a Client",
            trigger: "[data-menu-xmlid='client_refund.menu_client_refund_wizard']",
            run: "click",
        },
        {
            content: "Type the client's name",
            trigger: `${WIZARD} [name=partner_id] input`,
            run: "edit Alder",
        },
        {
            content: "Choose the client",
            trigger: ".o-autocomplete--dropdown-item:contains(Alder & Finch LLP)",
            run: "click",
        },
        {
            content: "List what is open",
            trigger: `${WIZARD} button[name=action_list_items]`,
            run: "click",
        },
        seePage("1-80"),
        seeTotal("10,000.00"),
        ...typeAmount("4"),
        seeTotal("9,994.00"),
        {
            content: "Confirm",
            trigger: ".modal:not(.o_inactive_modal) footer button[name=action_refund]:enabled",
            run: "click",
        },
        {
            content: "The refund is issued",
            trigger: "body:not(:has(.modal)) .o_form_view:has(button[name=action_open_documents])",
            timeout: 60000,
        },
    ],
});
