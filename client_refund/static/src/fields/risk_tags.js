import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const LABELS = {
    blocked_invoice: _t("Blocked invoice"),
    changed_account: _t("New account"),
    changed_client: _t("Client moved"),
    duplicate: _t("Twice?"),
    other_holder: _t("Other holder"),
    other_origin: _t("Other origin"),
    paid_before: _t("Paid before"),
    shared_account: _t("Shared account"),
    taken_over: _t("Taken over"),
    uncleared: _t("May bounce"),
    untrusted_account: _t("Not trusted"),
};

/** The risks of a refund as short tags; the whole text is in the tooltip. The record also has them by kind. */
export class RiskTags extends Component {
    static template = "client_refund.RiskTags";
    static props = { ...standardFieldProps };

    get tags() {
        const { data } = this.props.record;
        const texts = (data[this.props.name] || "").split("\n");
        return Object.keys(data.risks || {}).map((kind, index) => ({
            kind,
            label: LABELS[kind] || _t("Risk"),
            text: texts[index],
        }));
    }
}

registry.category("fields").add("client_refund_risk_tags", { component: RiskTags, supportedTypes: ["text"] });
