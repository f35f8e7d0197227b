import { registry } from "@web/core/registry";

/**
 * A clerk imports a file, mends the rows that were left out, and imports those; what it did to the ledger is checked in
 * tests/test_tour_import.py.
 */

const upload = (content, rows) => ({
    content,
    trigger: ".o_control_panel button:contains(Data File)",
    run() {
        const input = document.querySelector(".o_control_panel .o_input_file");
        const transfer = new DataTransfer();
        const text = ["Client,Amount,External Reference", ...rows, ""].join("\n");
        transfer.items.add(new File([text], "refunds.csv", { type: "text/csv" }));
        input.files = transfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    },
});

const press = (label) => ({
    content: label,
    trigger: `.o_control_panel button:contains(${label})`,
    run: "click",
});

registry.category("web_tour.tours").add("client_refund_import", {
    url: "/odoo/client-refunds",
    steps: () => [
        {
            content: "Import",
            trigger: ".o_list_view .o_control_panel button:contains(Import)",
            run: "click",
        },
        {
            content: "The screen offers a file to begin with",
            trigger: ".o_import_action a[href='/client_refund_import/static/csv/client_refund.csv']",
        },
        upload("Load a file with a mistake", ["Alder & Finch LLP,100,tour-1", "Alder & Fish LLP,50,tour-2"]),
        {
            content: "The columns are known by their headings",
            trigger: ".o_import_action:contains(Client):contains(Amount):contains(External Reference)",
        },
        press("Test"),
        {
            content: "The wrong row is told before anything is done",
            trigger: ".o_import_data_content:contains(Row 2 (Alder & Fish LLP, 50, tour-2) was left out)",
        },
        press("Import"),
        {
            content: "It is told again, and the other one is a refund",
            trigger: ".o_import_data_content:contains(Row 2 (Alder & Fish LLP, 50, tour-2) was left out)",
        },
        upload("Load the mended file", ["Alder & Finch LLP,100,tour-1", "Alder & Finch LLP,50,tour-2"]),
        {
            content: "The messages are gone",
            trigger: ".o_import_data_content:not(:contains(was left out))",
        },
        press("Import"),
        {
            content: "The first row is imported already",
            trigger:
                ".o_import_data_content:contains(Row 1 (Alder & Finch LLP, 100, tour-1)):contains(imported already)",
        },
        press("Cancel"),
        {
            content: "Both drafts are in the list",
            trigger: ".o_list_view .o_data_row:contains(Draft) + .o_data_row:contains(Draft)",
        },
    ],
});
