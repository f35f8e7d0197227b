import { registry } from "@web/core/registry";
import { openImport, press, upload } from "./import_steps";

/**
 * A clerk imports a file, mends the rows that were left out, and imports those; what it did to the ledger is checked in
 * tests/test_tour_import.py.
 */

registry.category("web_tour.tours").add("client_refund_import", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openImport(),
        {
            content: "The screen offers a file to begin with",
            trigger: ".o_import_action a[href='/client_refund_import/static/csv/client_refund.csv']",
        },
        upload(["Alder & Finch LLP;100;tour-1", "Alder & Fish LLP;50;tour-2"], "Load a file with a mistake"),
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
        upload(["Alder & Finch LLP;100;tour-1", "Alder & Finch LLP;50;tour-2"], "Load the mended file"),
        {
            content: "The messages are gone",
            trigger: ".o_import_data_content:not(:contains(was left out))",
        },
        press("Import"),
        {
            content: "The first row is imported already",
            trigger:
                ".o_import_data_content:contains(Row 1 (Alder & Finch LLP, 100, tour-1)):contains(already imported)",
        },
        press("Cancel"),
        {
            content: "Both drafts are in the list",
            trigger: ".o_list_view .o_data_row:contains(Draft) + .o_data_row:contains(Draft)",
        },
    ],
});
