import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { escapeRegExp } from "@web/core/utils/strings";
import { formatMonetary } from "@web/views/fields/formatters";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";
import { InvalidNumberError, parseMonetary } from "@web/views/fields/parsers";

const CALCULATED = /^\s*[-+*/]?\s*=/;

/** How an amount is written in the user's language, with no more decimals than its currency has. */
function getPattern(digits) {
    const { decimalPoint, thousandsSep } = localization;
    const separator = thousandsSep.trim() ? escapeRegExp(thousandsSep) : "\\s";
    const points = thousandsSep === "." ? [decimalPoint] : [decimalPoint, "."];
    const decimals = digits ? `(?:[${points.map(escapeRegExp).join("")}]\\d{0,${digits}})?` : "";
    return new RegExp(`^(?:\\d+|\\d{1,3}(?:${separator}\\d{2,3})*${separator}\\d{3}|(?=\\D\\d))${decimals}$`);
}

/**
 * Read an amount to pay. Core makes a number of whatever is typed: none of letters, a hundredth or hundredfold of an
 * amount that is written as in another language. What is no amount here is refused, and the field stays red.
 */
function parseAmount(text, { digits, symbol }) {
    const bare = text.replace(symbol, "").trim();
    const isWritten = !bare || CALCULATED.test(bare) || getPattern(digits[1]).test(bare);
    const amount = isWritten ? parseMonetary(bare, { allowOperation: true }) : NaN;
    if (Number.isNaN(amount) || amount < 0) {
        throw new InvalidNumberError(`"${text}" is not an amount`);
    }
    return amount;
}

/** An amount that is paid. */
export class AmountField extends MonetaryField {
    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    get inputOptions() {
        return { ...super.inputOptions, parse: (text) => this.parse(text) };
    }

    parse(text) {
        try {
            return parseAmount(text, this.currency);
        } catch (error) {
            const example = formatMonetary(1234.5, { currencyId: this.currencyId, noSymbol: true });
            this.notification.add(_t("%(text)s is not an amount. Write it as %(example)s.", { text, example }), {
                type: "danger",
            });
            throw error;
        }
    }
}

registry.category("fields").add("client_refund_amount", { ...monetaryField, component: AmountField });
