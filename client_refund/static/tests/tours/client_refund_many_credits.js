import { registry } from "@web/core/registry";
import {
    WIZARD,
    chooseClient,
    confirm,
    leaveLine,
    openWizard,
    seeIssued,
    seeTotal,
    tick,
    typeAmount,
} from "./desk_steps";

/**
 * A client with 200 open credits of 10.00 each, two pages of a list and a rest: what is typed on one page and
 * what was never looked at is refunded alike.
 */

const CREDITS = `${WIZARD} .o_client_refund_credits`;
const FIRST = `${CREDITS} .o_data_row:first`;

function seePage(range) {
    return {
        content: `See credits ${range}`,
        trigger: `${CREDITS} .o_pager:contains(${range}):contains(200)`,
    };
}

function clickPager(button) {
    return {
        content: "Turn the page",
        trigger: `${CREDITS} .o_pager_${button}:enabled`,
        run: "click",
    };
}

function typeFirst(amount) {
    return [...typeAmount(FIRST, amount), leaveLine()];
}

registry.category("web_tour.tours").add("client_refund_many_credits", {
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
        seeTotal("2,000.00"),
        ...typeFirst("4"),
        seeTotal("1,994.00"),
        clickPager("next"),
        seePage("81-160"),
        tick(FIRST),
        seeTotal("1,984.00"),
        clickPager("previous"),
        seePage("1-80"),
        {
            content: "The first page is as it was left",
            trigger: `${FIRST}:has([name=selected] input:checked) td[name=amount]:contains(4.00)`,
        },
        confirm(),
        seeIssued(),
        {
            content: "It says what is paid out",
            trigger: ".o_form_view .o_inner_group [name=amount]:contains(/^\\$\\s1,984.00$/)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_many_credits_of_a_chosen_client", {
    steps: () => [
        ...openWizard(),
        ...chooseClient(),
        {
            content: "List what is open",
            trigger: `${WIZARD} button[name=action_list_items]`,
            run: "click",
        },
        seePage("1-80"),
        seeTotal("2,000.00"),
        ...typeFirst("4"),
        seeTotal("1,994.00"),
        confirm(),
        seeIssued(),
    ],
});
