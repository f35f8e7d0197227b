import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /** What a client wrote about a refund stays as it was written: colleagues may have acted on it. */
    get editable() {
        return this.thread?.model !== "client.refund" && super.editable;
    },
});
