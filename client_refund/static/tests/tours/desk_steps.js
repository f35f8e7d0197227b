/** Steps that several tours of the refund desk have in common. */

export const DIALOG = ".modal:not(.o_inactive_modal)";
export const WIZARD = `${DIALOG} .o_form_view`;
export const CREDIT_NOTE = `${WIZARD} .o_data_row:has(td[name=source_type]:contains(Credit Note))`;
export const PAYMENT = `${WIZARD} .o_data_row:has(td[name=source_type]:contains(Payment))`;
// A payment may be paid at once, depending on the accounts of the journal.
export const ISSUED = ":is([data-value=in_process], [data-value=paid])";

export const see = (content, trigger) => ({ content, trigger });

export const click = (content, trigger) => ({ content, trigger, run: "click" });

const openMenu = (name, xmlid) => [
    click("Open the Customers menu", "[data-menu-xmlid='account.menu_finance_receivables']"),
    click(`Choose ${name}`, `[data-menu-xmlid='${xmlid}']`),
];

export const openWizard = () => openMenu("Refund a Client", "client_refund.menu_client_refund_wizard");

export const openWorklist = () => [
    ...openMenu("Client Credits", "client_refund.menu_client_credit"),
    see(
        "Everybody who is owed something is there",
        ".o_list_view:has(.o_data_row:contains(Alder & Finch LLP)) .o_data_row:contains(Birch Holdings)"
    ),
];

/** Only those rows of the worklist that a filter lets through. */
export const filterWorklist = (filter) => [
    click("Open the filters", ".o_searchview_dropdown_toggler"),
    click(`Choose ${filter}`, `.o_filter_menu .o_menu_item:contains(${filter})`),
    see("The others are gone", ".o_list_view:not(:has(.o_data_row:contains(Birch Holdings)))"),
];

export const chooseClient = () => [
    {
        content: "Type the client's name",
        trigger: `${WIZARD} [name=partner_id] input`,
        run: "edit Alder",
    },
    click("Choose the client", ".o-autocomplete--dropdown-item:contains(Alder & Finch LLP)"),
];

/** From the document on the screen. */
export const refundDocument = () =>
    click("Refund what is on the screen", ".o_form_view .o_statusbar_buttons button[name=action_refund_client]");

/** The list of credits may be wider than the screen, and what matters most is in its last columns. */
export const seeColumn = (name) => ({
    content: `The column ${name} is in sight`,
    trigger: `${WIZARD} .o_client_refund_credits th[data-name=${name}]`,
    run({ anchor }) {
        const { right } = anchor.closest(".table-responsive").getBoundingClientRect();
        if (anchor.getBoundingClientRect().right > right) {
            throw new Error(`The column ${name} is out of sight`);
        }
    },
});

export const tick = (row) => click("Tick or untick the credit", `${row} td[name=selected]`);

export const typeAmount = (row, amount) => [
    click("Click the amount", `${row} td[name=amount]`),
    {
        content: `Type ${amount}`,
        trigger: `${row} td[name=amount] input`,
        run: `edit ${amount}`,
    },
];

export const leaveLine = () => click("Look elsewhere", `${WIZARD} [name=memo] input`);

export const seeTotal = (amount) =>
    see("The button says the total", `${DIALOG} footer [name=confirm_label]:contains(/\\$\\s${amount}$/)`);

export const confirm = (button = "action_refund") =>
    click("Confirm", `${DIALOG} footer button[name=${button}]:enabled`);

export const sayWhy = (reason) => ({
    content: "Say why",
    trigger: `${DIALOG} [name=reason] input`,
    run: `edit ${reason}`,
});

export const seeIssued = () =>
    see("The refund is on the screen", "body:not(:has(.modal)) button[name=action_open_documents]");

/** In the settings of accounting. */
export const choosePolicy = (label) => [
    click("Open the policies", "[name=client_refund_approval_policy] input"),
    click(`Choose ${label}`, `.o_select_menu_item:contains(/^${label}$/)`),
];
