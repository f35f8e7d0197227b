import { registry } from "@web/core/registry";
import {
    CREDIT_NOTE,
    ISSUED,
    PAYMENT,
    WIZARD,
    chooseClient,
    confirm,
    openWizard,
    refundDocument,
    sayWhy,
    seeTotal,
    tick,
    typeAmount,
} from "./desk_steps";

/**
 * What a billing clerk does at the refund desk. Every tour ends with the refund on the screen; what it did to the
 * ledger is checked in tests/test_tours.py.
 */

function openDesk() {
    return [
        ...openWizard(),
        {
            content: "Without a client there is nothing to confirm",
            trigger:
                ".modal:not(:has(button[name=action_refund], .o_client_refund_credits)) .o_form_view [name=partner_id]",
        },
        ...chooseClient(),
    ];
}

function seeTicked(...rows) {
    return rows.map((row) => ({
        content: "The credit is ticked",
        trigger: `${row} [name=selected] input:checked`,
    }));
}

function seeUnticked(...rows) {
    return rows.map((row) => ({
        content: "The credit is not ticked",
        trigger: `${row} [name=selected] input:not(:checked)`,
    }));
}

const REFUND = ".o_form_view:has(button[name=action_open_documents])";

const DRAFT = "[data-value=draft]";
const CANCELED = "[data-value=canceled]";

function seeRefund(state, amount) {
    return [
        {
            content: "The refund is on the screen, in its state",
            trigger: `body:not(:has(.modal)):has(button[name=action_open_documents]):has([name=state] .o_arrow_button_current${state})`,
        },
        {
            content: "It says what is paid out",
            trigger: `${REFUND} .o_inner_group [name=amount]:contains(/^\\$\\s${amount}$/)`,
        },
    ];
}

registry.category("web_tour.tours").add("client_refund_from_menu", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        ...seeTicked(CREDIT_NOTE, PAYMENT),
        seeTotal("650.00"),
        confirm(),
        ...seeRefund(ISSUED, "650.00"),
        {
            content: "Open the payment that the refund made",
            trigger: "button[name=action_open_payments]",
            run: "click",
        },
        {
            content: "The payment knows its refund",
            trigger: ".o_form_view button[name=action_open_client_refund]",
            run: "click",
        },
        ...seeRefund(ISSUED, "650.00"),
    ],
});

registry.category("web_tour.tours").add("client_refund_from_credit_note", {
    steps: () => [
        refundDocument(),
        ...seeTicked(CREDIT_NOTE),
        ...seeUnticked(PAYMENT),
        seeTotal("400.00"),
        confirm(),
        ...seeRefund(ISSUED, "400.00"),
    ],
});

registry.category("web_tour.tours").add("client_refund_in_part", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        seeTotal("650.00"),
        tick(PAYMENT),
        seeTotal("400.00"),
        ...typeAmount(CREDIT_NOTE, "150"),
        confirm(),
        ...seeRefund(ISSUED, "150.00"),
    ],
});

registry.category("web_tour.tours").add("client_refund_mistyped", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        seeTotal("650.00"),
        {
            content: "Type a memo, to see later that it is kept",
            trigger: `${WIZARD} [name=memo] input`,
            run: "edit Thank you for your patience",
        },
        tick(PAYMENT),
        seeTotal("400.00"),
        ...typeAmount(CREDIT_NOTE, "4000"),
        confirm(),
        {
            content: "The refusal says how much is open",
            trigger: ".o_error_dialog:contains(Alder & Finch LLP):contains(/only \\$\\s400.00 is open/)",
        },
        {
            content: "Close it",
            trigger: ".o_error_dialog footer button",
            run: "click",
        },
        seeTotal("4,000.00"),
        ...seeUnticked(PAYMENT),
        {
            content: "The memo is kept",
            trigger: `${WIZARD} [name=memo] input:value(Thank you for your patience)`,
        },
        ...typeAmount(CREDIT_NOTE, "399.99"),
        confirm(),
        ...seeRefund(ISSUED, "399.99"),
    ],
});

registry.category("web_tour.tours").add("client_refund_draft", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        seeTotal("650.00"),
        ...typeAmount(PAYMENT, "100"),
        confirm("action_save_draft"),
        ...seeRefund(DRAFT, "500.00"),
        {
            content: "Change the draft",
            trigger: ".o_statusbar_buttons button[name=action_edit]",
            run: "click",
        },
        ...seeTicked(CREDIT_NOTE, PAYMENT),
        seeTotal("500.00"),
        tick(CREDIT_NOTE),
        seeTotal("100.00"),
        confirm(),
        ...seeRefund(ISSUED, "100.00"),
    ],
});

registry.category("web_tour.tours").add("client_refund_undo", {
    steps: () => [
        ...seeRefund(ISSUED, "650.00"),
        {
            content: "Undo the refund",
            trigger: ".o_statusbar_buttons button:contains(Undo)",
            run: "click",
        },
        sayWhy("Sent to the wrong client"),
        confirm("action_undo"),
        ...seeRefund(CANCELED, "650.00"),
        {
            content: "The reason is kept",
            trigger: ".o-mail-Message:contains(Sent to the wrong client)",
        },
    ],
});

const WAITING = "[data-value=to_approve]";

function seeBanner(text) {
    return {
        content: `A banner says: ${text}`,
        trigger: `${WIZARD} [name=alerts] .alert:contains(${text})`,
    };
}

registry.category("web_tour.tours").add("client_refund_ask", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        seeTotal("650.00"),
        seeBanner("Somebody else must approve"),
        seeBanner("BE111 is not marked as trusted"),
        {
            content: "It can't be refunded at once",
            trigger: ".modal footer:has(button:visible:contains(Ask for Approval))",
        },
        confirm(),
        ...seeRefund(WAITING, "650.00"),
        {
            content: "It says why it waits, and can't be approved by who asked",
            trigger:
                ".o_form_view:has(.alert:contains(BE111 is not marked as trusted)):not(:has(button[name=action_approve]))",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_approve", {
    url: "/odoo/client-refunds",
    steps: () => [
        {
            content: "Open what waits",
            trigger: ".o_data_row:contains(Alder & Finch LLP):contains(To Approve) td[name=partner_id]",
            run: "click",
        },
        {
            content: "See the reason",
            trigger: ".o_form_view .alert:contains(BE111 is not marked as trusted)",
        },
        {
            content: "Approve",
            trigger: ".o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        ...seeRefund(ISSUED, "650.00"),
        {
            content: "Look who asked and who approved",
            trigger: ".o_notebook .nav-link[name=control]",
            run: "click",
        },
        {
            content: "The approver stands there",
            trigger: ".o_notebook [name=approver_id]:contains(Paula Partner)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_reject", {
    steps: () => [
        ...seeRefund(WAITING, "650.00"),
        {
            content: "Reject",
            trigger: ".o_statusbar_buttons button:contains(Reject)",
            run: "click",
        },
        sayWhy("Ask the client for the account"),
        confirm("action_reject"),
        ...seeRefund(CANCELED, "650.00"),
    ],
});

const INVOICE = `${WIZARD} [name=offset_ids] .o_data_row`;

registry.category("web_tour.tours").add("client_refund_offset", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        ...seeTicked(CREDIT_NOTE, PAYMENT, INVOICE),
        seeTotal("530.00"),
        ...typeAmount(INVOICE, "50"),
        {
            content: "Look elsewhere",
            trigger: `${WIZARD} [name=memo] input`,
            run: "edit Less the open invoice",
        },
        seeTotal("600.00"),
        {
            content: "The invoice is settled in part",
            trigger: `${INVOICE} td[name=amount_settled]:contains(50.00)`,
        },
        confirm(),
        ...seeRefund(ISSUED, "600.00"),
        {
            content: "See what was settled",
            trigger: ".o_notebook .nav-link[name=offsets]",
            run: "click",
        },
        {
            content: "The invoice is there",
            trigger: ".o_notebook [name=offset_ids] .o_data_row td[name=amount]:contains(50.00)",
        },
    ],
});

registry.category("web_tour.tours").add("client_refund_settle_only", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openDesk(),
        seeTotal("530.00"),
        tick(CREDIT_NOTE),
        seeTotal("130.00"),
        ...typeAmount(PAYMENT, "120"),
        {
            content: "Nothing is left to pay out",
            trigger: `${WIZARD} [name=memo] input`,
            run: "edit Settled",
        },
        {
            content: "Settle only",
            trigger: ".modal footer button:visible:contains(/^Settle \\$/)",
            run: "click",
        },
        ...seeRefund("[data-value=paid]", "0.00"),
    ],
});

registry.category("web_tour.tours").add("client_refund_return", {
    steps: () => [
        ...seeRefund(ISSUED, "650.00"),
        {
            content: "The bank sent it back",
            trigger: ".o_statusbar_buttons button:contains(Returned by Bank)",
            run: "click",
        },
        sayWhy("Account closed"),
        confirm("action_return"),
        ...seeRefund(CANCELED, "650.00"),
        {
            content: "A ribbon says so, both payments are there, and the clerk has something to do",
            trigger:
                "body:has(.ribbon:contains(Returned by Bank)):has(button[name=action_open_payments]:contains(2)) .o-mail-Activity:contains(Account closed)",
        },
    ],
});
