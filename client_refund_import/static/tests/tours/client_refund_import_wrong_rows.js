import { registry } from "@web/core/registry";
import { openImport, press, upload } from "./import_steps";

/** A clerk imports a file with a decimal comma and a mistake, with the separators as they are at first. */

const MESSAGES = ".o_import_data_content";
const ROWS = ["Alder & Finch LLP;100;tour-1", "Alder & Finch LLP;70,50;tour-2", "Alder & Fish LLP;5;tour-4"];

registry.category("web_tour.tours").add("client_refund_import_wrong_rows", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openImport(),
        upload(ROWS),
        {
            content: "The columns are known",
            trigger: ".o_import_action:contains(Client):contains(Amount):contains(External Reference)",
        },
        {
            content: "English separators",
            trigger: ".o_import_formatting:contains(Decimals Separator)",
        },
        press("Test"),
        {
            content: "The test says what would come of it, and which options to change",
            trigger: `${MESSAGES}:contains(Rows that can be imported: 1):contains(Rows that would be left out (see below): 2):contains(the amount 70,50 does not fit):not(:contains(blocking))`,
        },
        press("Import"),
        {
            content: "What was made, what was not",
            trigger: `${MESSAGES}:contains(Draft refunds created: 1):contains(Rows left out (see below): 2):not(:contains(blocking))`,
        },
        upload(["Alder & Finch LLP;70.50;tour-2", "Alder & Finch LLP;20;tour-3", "Alder & Fish LLP;5;tour-4"]),
        {
            content: "The messages are gone",
            trigger: `${MESSAGES}:not(:contains(left out))`,
        },
        press("Import"),
        {
            content: "A link leads to what was made",
            trigger: ".o_notification:contains(Draft refunds created: 2) button:contains(View Refunds)",
            run: "click",
        },
        {
            content: "Those alone",
            trigger:
                ".o_list_view:has(.o_data_row:contains(70.50)):has(.o_data_row:contains(20.00)):not(:has(.o_data_row:contains(100.00)))",
        },
    ],
});
