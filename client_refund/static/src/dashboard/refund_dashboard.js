import { Component, onMounted, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";

/** What is to be done, above the refunds. It is loaded apart from them, so that they need not wait for it. */
export class RefundDashboard extends Component {
    static template = "client_refund.RefundDashboard";
    static props = { list: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ numbers: null });
        onMounted(() => this.load());
        onWillUpdateProps(() => {
            this.load();
        });
    }

    get cards() {
        return [
            {
                name: "open_credits",
                action: "client_refund.action_client_credit",
                label: _t("Open Credits"),
                title: _t("Open the worklist of client credits"),
                color: "info",
            },
            {
                name: "to_approve",
                filter: "to_approve",
                label: _t("Waiting for Approval"),
                title: _t("Refunds that another user must approve"),
                color: "danger",
            },
            {
                name: "in_process",
                filter: "in_process",
                label: _t("In Process"),
                title: _t("Refunds whose money has not left yet"),
                color: "warning",
            },
            {
                name: "returned",
                filter: "returned_open",
                label: _t("Returned"),
                title: _t("Refunds that the bank sent back, whose credits are open again"),
                color: "danger",
            },
        ].map((card) => ({ ...card, ...this.state.numbers?.[card.name] }));
    }

    async load() {
        this.state.numbers = await this.keepLast.add(this.orm.call("client.refund", "retrieve_dashboard"));
    }

    formatAmount(amount) {
        return formatMonetary(amount, { currencyId: this.state.numbers.currency_id });
    }

    /** Show the records that the card counts, and no others. */
    open({ action, filter }) {
        if (action) {
            return this.action.doAction(action);
        }
        const { searchModel } = this.env;
        const [item] = searchModel.getSearchItems(({ name }) => name === filter);
        searchModel.query = [];
        searchModel.toggleSearchItem(item.id);
    }
}
