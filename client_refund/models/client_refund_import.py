from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.models import fix_import_export_id_paths
from odoo.tools.lru import LRU

from .client_refund_import_row import ImportRow
from .client_refund_numbers import with_number_later
from .client_refund_workflow import with_neutral_context


class ClientRefundImport(models.Model):
    """How a file of clients, amounts and references becomes draft refunds.

    The rows that are right become drafts, the others are told with what is wrong with each of them. Imported again,
    mended, the file makes what is missing: a reference makes one refund.
    """

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    amount_to_refund = fields.Monetary(
        string="Amount",
        store=False,
        exportable=False,
        help="Only to import refunds: how much of the client's open credits is refunded, the oldest first.",
    )

    @api.model
    def get_import_templates(self):
        """The file that the import screen offers.

        :return: list of dict
        """
        return [
            {
                "label": self.env._("Import Template for Client Refunds"),
                "template": "/client_refund/static/csv/client_refund.csv",
            }
        ]

    @api.model
    def load(self, fields, data):
        """Make draft refunds of the rows of a file that has a column with amounts.

        Unlike other imports this keeps the rows that are right where others are wrong.

        :param fields: list of str, the columns
        :param data: list of rows, lists of str
        :return: dict with the ids of the drafts, a message for each row that is left out, and the next row
        :raise AccessError: without the right to make refunds
        :raise UserError: if there is a column that can't be imported
        """
        if "amount_to_refund" not in fields:
            result = super(ClientRefundImport, with_number_later(self)).load(fields, data)
            self.browse(result["ids"] or ())._number_on_commit()
            return result
        self.browse().check_access("create")
        self._check_import_columns(fields)
        limit = self.env.context.get("_import_limit") or len(data)
        rows = self._read_import_rows(fields, data[:limit])
        refunds = with_number_later(self)._make_imported_refunds(rows)
        self.browse(refunds.ids)._number_on_commit()
        return {
            "ids": refunds.ids or False,
            "messages": [row.get_message() for row in rows if row.problem],
            "nextrow": limit if limit < len(data) else 0,
        }

    def _check_import_columns(self, columns):
        """:raise UserError: names the columns that a file with amounts can't have"""
        known = self._get_terms_fields() - {"line_ids", "offset_ids"} | {"amount_to_refund"}
        unknown = [column for column in columns if fix_import_export_id_paths(column)[0] not in known]
        if unknown:
            raise UserError(
                self.env._(
                    "Refunds can't be imported with %(columns)s. Leave that out: what each refund takes follows from "
                    "its client and its amount.",
                    columns=", ".join(unknown),
                )
            )

    def _read_import_rows(self, columns, data):
        """What the rows of a file say, as Odoo's import reads it.

        :return: list of ImportRow
        """
        rows = [ImportRow(self.env, number, cells) for number, cells in enumerate(data, 1)]
        columns, data = self._find_import_clients(rows, columns, data)
        # neither the context of the caller nor the options of the screen make records by the way
        importer = with_neutral_context(self).with_context(import_cache=LRU(1024), _import_current_module="__import__")

        def log(message):
            rows[message["record"]].refuse(message["message"])

        with self.env.cr.savepoint() as savepoint:
            extracted = importer._extract_records(
                [fix_import_export_id_paths(column) for column in columns], data, log=log
            )
            converted = importer._convert_records(extracted, log=log, savepoint=savepoint)
            for row, (_id, _xmlid, values, _info) in zip(rows, converted, strict=True):
                row.values = {
                    name: value.strip() if isinstance(value, str) else value
                    for name, value in values.items()
                    if value or name == "send_notice"
                }
        return rows

    def _find_import_clients(self, rows, columns, data):
        """Replace the names of clients by their ids: Odoo's import would take the first of several clients of one name.

        :return: columns and data
        """
        if "partner_id" not in columns:
            return columns, data
        index = columns.index("partner_id")
        names = [str(cells[index] or "").strip() for cells in data]
        clients = self._search_import_clients(set(names) - {""})
        found = []
        for row, cells, name in zip(rows, data, names, strict=True):
            candidates = clients.get(name, self.env["res.partner"])
            if name and not candidates:
                row.refuse(self.env._("there is no client with this name or reference. Correct it."))
            elif len(candidates) > 1:
                row.refuse(
                    self.env._(
                        "this is the name or reference of %(count)s clients. Give the reference or the database id of "
                        "one: %(clients)s.",
                        count=len(candidates),
                        clients=", ".join(
                            f"{client.ref or client.display_name} ({client.id})" for client in candidates
                        ),
                    )
                )
            found.append([*cells[:index], str(candidates.id or "") if len(candidates) < 2 else "", *cells[index + 1 :]])
        return [*columns[:index], "partner_id/.id", *columns[index + 1 :]], found

    @api.model
    def _search_import_clients(self, names):
        """The clients that these names or references may mean.

        :return: dict, str: res.partner, commercial partners
        """
        clients = {}
        partners = self.env["res.partner"].search(
            ["|", "|", ("name", "in", names), ("complete_name", "in", names), ("ref", "in", names)]
        )
        for partner in partners:
            for name in {partner.name, partner.complete_name, partner.ref} & names:
                clients[name] = clients.get(name, partner.browse()) | partner.commercial_partner_id
        return clients

    # -------------------------------------------------------------------------
    # Draft refunds
    # -------------------------------------------------------------------------

    def _make_imported_refunds(self, rows):
        """Make draft refunds of the rows that are right, and tell the others what is wrong with them.

        :param rows: list of ImportRow
        :return: client.refund
        """
        self._check_import_rows(rows)
        right = [row for row in rows if not row.problem]
        vals_list = [self._prepare_imported_vals(row) for row in right]
        try:
            with self.env.cr.savepoint():
                return self._create_once(vals_list)
        except UserError:
            # one of them is wrong in a way that is seen only when it is made
            return self.browse().union(
                *(self._make_imported_refund(row, vals) for row, vals in zip(right, vals_list, strict=True))
            )

    def _make_imported_refund(self, row, vals):
        try:
            with self.env.cr.savepoint():
                return self._create_once([vals])
        except UserError as error:
            row.refuse(str(error))
            return self.browse()

    @api.model
    def _prepare_imported_vals(self, row):
        """The values of the refund of a row.

        :return: dict
        """
        return {
            **{name: value for name, value in row.values.items() if name != "amount_to_refund"},
            "currency_id": row.credits[0][0].currency_id.id,
            "line_ids": [
                fields.Command.create({"move_line_id": credit.id, "amount": amount}) for credit, amount in row.credits
            ],
        }
