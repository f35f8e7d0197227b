import { Component } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A text or amount with a button that copies it, an amount as it is typed at the bank: without symbol. */
export class CopyField extends Component {
    static template = "client_refund.CopyField";
    static components = { CopyButton };
    static props = { ...standardFieldProps };

    setup() {
        this.copied = _t("Copied");
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get isAmount() {
        return this.props.record.fields[this.props.name].type === "monetary";
    }

    get text() {
        return this.isAmount
            ? formatMonetary(this.value, { currencyId: this.props.record.data.currency_id.id })
            : this.value;
    }

    get content() {
        return this.isAmount ? formatFloat(this.value, { digits: [0, 2], thousandsSep: "" }) : this.value;
    }
}

registry.category("fields").add("client_refund_copy", { component: CopyField, supportedTypes: ["char", "monetary"] });
