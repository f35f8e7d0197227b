import { registry } from "@web/core/registry";
import { openImport, press, upload } from "./import_steps";

/** A clerk imports a long file in two steps of rows, of which each has a wrong one. */

const ROWS = Array.from({ length: 101 }, (_, index) => `Alder & Finch LLP;1;step-${index + 1}`);
ROWS[1] = "Alder & Fish LLP;1;step-2";
ROWS[99] = "Alder & Fish LLP;1;step-100";

registry.category("web_tour.tours").add("client_refund_import_steps", {
    url: "/odoo/client-refunds",
    steps: () => [
        ...openImport(),
        upload(ROWS),
        {
            content: "In steps of 60 rows",
            trigger: "#o_import_batch_limit",
            run: "edit 60 && press Enter",
        },
        press("Import"),
        {
            content: "Both steps were made but for their wrong rows",
            trigger:
                ".o_import_data_content:contains(Draft refunds created: 99):contains(Rows left out (see below): 2):contains(Row 2 (Alder & Fish LLP, 1, step-2)):contains(Row 100 (Alder & Fish LLP, 1, step-100)):not(:contains(not imported yet))",
        },
    ],
});
