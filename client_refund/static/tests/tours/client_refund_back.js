import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { confirm, seeIssued, seeTotal } from "./desk_steps";

/**
 * A clerk looks around with the browser's Back and reload: a list of one client stays the list of that client.
 */

const OTHERS = ".o_data_row:contains(Birch Holdings)";

function seeList(breadcrumb, rows) {
    return {
        content: `The list "${breadcrumb}" of the client alone`,
        trigger: `body:not(:has(${OTHERS})):has(.o_breadcrumb:contains(Alder & Finch LLP):contains(${breadcrumb})):has(.o_data_row:nth-child(${rows}):not(:has(~ .o_data_row)))`,
    };
}

const goBack = {
    content: "The browser's Back",
    trigger: ".o_action_manager",
    run() {
        browser.history.back();
    },
};

/** The address alone tells: as in a new tab. */
const reload = {
    content: "The browser's reload",
    trigger: ".o_action_manager",
    run() {
        browser.sessionStorage.removeItem("current_action");
        browser.sessionStorage.removeItem("current_state");
        browser.location.reload();
    },
    expectUnloadPage: true,
};

registry.category("web_tour.tours").add("client_refund_back_to_credits", {
    steps: () => [
        {
            content: "What the client is owed",
            trigger: ".o_form_view button[name=action_open_client_credits]",
            run: "click",
        },
        seeList("Client Credits", 2),
        {
            content: "Look behind the row that has two credits",
            trigger: ".o_data_row:contains(450.00) td[name=partner_id]",
            run: "click",
        },
        seeList("Open Credits", 2),
        {
            content: "Look at one of them",
            trigger: ".o_data_row:contains(400.00) td[name=move_name]",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_form_view:contains(400.00)",
        },
        goBack,
        seeList("Open Credits", 2),
        reload,
        seeList("Open Credits", 2),
        goBack,
        seeList("Client Credits", 2),
        reload,
        seeList("Client Credits", 2),
        {
            content: "Refund from there",
            trigger: ".o_data_row:contains(450.00) button[name=action_refund_client]",
            run: "click",
        },
        seeTotal("450.00"),
        {
            content: "Not now",
            trigger: ".modal footer button:contains(Discard)",
            run: "click",
        },
        goBack,
        {
            content: "The client again",
            trigger: ".o_form_view button[name=action_open_client_credits]",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_back_to_refunds", {
    steps: () => [
        {
            content: "The refunds of the client",
            trigger: ".o_form_view button[name=action_open_client_refunds]",
            run: "click",
        },
        seeList("Client Refunds", 2),
        {
            content: "Open one",
            trigger: ".o_data_row:contains(30.00) td[name=partner_id]",
            run: "click",
        },
        {
            content: "Its payment",
            trigger: ".o_form_view button[name=action_open_payments]",
            run: "click",
        },
        {
            content: "The refund that made it",
            trigger: ".o_form_view button[name=action_open_client_refund]",
            run: "click",
        },
        {
            content: "It is there, behind the payment",
            trigger: "body:has(.o_back_button:contains(PBNK)) .o_form_view button[name=action_open_documents]",
        },
        goBack,
        {
            content: "The payment",
            trigger: ".o_form_view button[name=action_open_client_refund]",
        },
        goBack,
        {
            content: "The refund",
            trigger: ".o_form_view button[name=action_open_documents]",
        },
        goBack,
        seeList("Client Refunds", 2),
        reload,
        seeList("Client Refunds", 2),
    ],
});

registry.category("web_tour.tours").add("client_refund_of_one_row", {
    steps: () => [
        {
            content: "What the client is owed",
            trigger: ".o_form_view button[name=action_open_client_credits]",
            run: "click",
        },
        seeTotal("80.00"),
        confirm(),
        seeIssued(),
    ],
});
