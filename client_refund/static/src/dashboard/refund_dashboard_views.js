import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { RefundDashboard } from "./refund_dashboard";

class DashboardListRenderer extends ListRenderer {
    static template = "client_refund.DashboardListRenderer";
    static components = { ...ListRenderer.components, RefundDashboard };
}

class DashboardKanbanRenderer extends KanbanRenderer {
    static template = "client_refund.DashboardKanbanRenderer";
    static components = { ...KanbanRenderer.components, RefundDashboard };
}

registry
    .category("views")
    .add("client_refund_dashboard_list", { ...listView, Renderer: DashboardListRenderer })
    .add("client_refund_dashboard_kanban", { ...kanbanView, Renderer: DashboardKanbanRenderer });
