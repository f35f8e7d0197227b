import { Component, onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS = 2;
const IDLE_MINUTES = 2;

/** How far the work of a refund run is; looks again as long as the work goes on. */
export class RunProgress extends Component {
    static template = "client_refund_run.RunProgress";
    static props = { ...standardWidgetProps };

    setup() {
        useEffect(
            (isWorking) => {
                if (isWorking) {
                    this.timer = browser.setInterval(() => this.reload(), SECONDS * 1000);
                }
                return () => browser.clearInterval(this.timer);
            },
            () => [this.data.is_working]
        );
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get data() {
        return this.props.record.data;
    }

    get percent() {
        return Math.floor(this.data.progress);
    }

    get isIdle() {
        return this.data.idle_minutes >= IDLE_MINUTES;
    }

    get stateLabel() {
        const options = this.props.record.fields.state.selection;
        return options.find(([value]) => value === this.data.state)[1];
    }

    async reload() {
        if (!this.isReloading) {
            this.isReloading = true;
            try {
                await this.props.record.load();
            } finally {
                this.isReloading = false;
            }
        }
    }
}

registry.category("view_widgets").add("client_refund_run_progress", {
    component: RunProgress,
    fieldDependencies: [
        { name: "is_working", type: "boolean" },
        { name: "paused", type: "boolean" },
        { name: "state", type: "selection" },
        { name: "progress", type: "float" },
        { name: "idle_minutes", type: "integer" },
        { name: "refund_count", type: "integer" },
        { name: "issued_count", type: "integer" },
        { name: "failed_count", type: "integer" },
    ],
});
