import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { RefundDashboard } from "./refund_dashboard";

class DashboardListRenderer extends ListRenderer {
    static template = "client_refund.DashboardListRenderer";
    static components = { ...ListRenderer.components, RefundDashboard };
}

/** A refund is made in the wizard, as in the kanban by `on_create`. */
class DashboardListController extends ListController {
    createRecord() {
        return this.actionService.doAction("client_refund.action_client_refund_wizard", {
            onClose: () => this.model.load(),
        });
    }
}

class DashboardKanbanRenderer extends KanbanRenderer {
    static template = "client_refund.DashboardKanbanRenderer";
    static components = { ...KanbanRenderer.components, RefundDashboard };
}

registry
    .category("views")
    .add("client_refund_dashboard_list", {
        ...listView,
        Controller: DashboardListController,
        Renderer: DashboardListRenderer,
    })
    .add("client_refund_dashboard_kanban", { ...kanbanView, Renderer: DashboardKanbanRenderer });
