/** Steps on Odoo's import screen. */

export const upload = (rows, content = "Load the file") => ({
    content,
    trigger: ".o_control_panel button:contains(Data File)",
    run() {
        const input = document.querySelector(".o_control_panel .o_input_file");
        const transfer = new DataTransfer();
        const text = ["Client;Amount;External Reference", ...rows, ""].join("\n");
        transfer.items.add(new File([text], "refunds.csv", { type: "text/csv" }));
        input.files = transfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    },
});

export const press = (label) => ({
    content: label,
    trigger: `.o_control_panel button:contains(${label})`,
    run: "click",
});

export const openImport = () => [
    {
        content: "Import",
        trigger: ".o_list_view .o_control_panel button:contains(Import)",
        run: "click",
    },
    {
        content: "The import screen",
        trigger: ".o_import_action",
    },
];
