from collections import defaultdict

from odoo.exceptions import UserError
from odoo.models import fix_import_export_id_paths
from odoo.tools import groupby
from odoo.tools.lru import LRU

from odoo.addons.client_refund.models.client_refund_api import create_once
from odoo.addons.client_refund.tools.workflow import with_neutral_context

from .refund_row import RefundRow


class RefundFile:
    """How a file of clients, amounts and references becomes draft refunds.

    The rows that are right become drafts, the others are told with what is wrong with each of them. Imported again,
    mended, the file makes what is missing: a reference makes one refund.
    """

    def __init__(self, refunds, columns, data, skipped=0):
        """
        :param refunds: client.refund, empty: as whom and how drafts are made
        :param columns: list of str
        :param data: list of rows, lists of str
        :param skipped: int, how many rows of the file come before these
        """
        self.env = refunds.env
        self.refunds = refunds
        self.columns = columns
        self.rows = [RefundRow(self.env, number, cells) for number, cells in enumerate(data, skipped + 1)]

    def make_refunds(self):
        """Make draft refunds of the rows that are right, and refuse the others.

        :return: client.refund
        :raise AccessError: without the right to make refunds
        :raise UserError: if there is a column that can't be imported
        """
        self.refunds.check_access("create")
        self._check_columns()
        self._read()
        self._check_rows()
        rows = self._get_right_rows()
        try:
            return self._create(rows)
        except UserError:
            # one of them is wrong in a way that is seen only when it is made
            return self.refunds.union(*map(self._create_one, rows))

    def get_messages(self):
        """What is wrong with the rows that are left out, as Odoo's import tells it.

        :return: list of dict
        """
        return [row.get_message() for row in self.rows if row.problem]

    def _get_right_rows(self):
        return [row for row in self.rows if not row.problem]

    # -------------------------------------------------------------------------
    # Read
    # -------------------------------------------------------------------------

    def _check_columns(self):
        """:raise UserError: names the columns that a file with amounts can't have"""
        known = self.refunds._get_terms_fields() - {"line_ids", "offset_ids"} | {"amount_to_refund"}
        unknown = [column for column in self.columns if fix_import_export_id_paths(column)[0] not in known]
        if unknown:
            raise UserError(
                self.env._(
                    "Refunds can't be imported with %(columns)s. Leave that out: the credits of each refund follow "
                    "from its client and its amount.",
                    columns=", ".join(unknown),
                )
            )

    def _read(self):
        """Give the rows their values: all cells as Odoo's import reads them, but for the names of clients."""
        self._read_clients()
        others = [(index, name) for index, name in enumerate(self.columns) if name != "partner_id"]
        # neither the context of the caller nor the options of the screen make records by the way
        importer = with_neutral_context(self.refunds).with_context(
            import_cache=LRU(1024), _import_current_module="__import__"
        )

        def log(message):
            self.rows[message["record"]].refuse(message["message"])

        with self.env.cr.savepoint() as savepoint:
            extracted = importer._extract_records(
                [fix_import_export_id_paths(name) for _index, name in others],
                [[row.cells[index] for index, _name in others] for row in self.rows],
                log=log,
            )
            converted = importer._convert_records(extracted, log=log, savepoint=savepoint)
            for row, (_id, _xmlid, values, _info) in zip(self.rows, converted, strict=True):
                row.values |= {
                    name: value.strip() if isinstance(value, str) else value
                    for name, value in values.items()
                    if value or name == "send_notice"
                }

    def _read_clients(self):
        """Find the clients by their names: Odoo's import would take the first of several clients of one name."""
        if "partner_id" not in self.columns:
            return
        index = self.columns.index("partner_id")
        names = [str(row.cells[index] or "").strip() for row in self.rows]
        clients = self._search_clients(set(names) - {""})
        for row, name in zip(self.rows, names, strict=True):
            row.choose_client(name, clients[name])

    def _search_clients(self, names):
        """The clients that these names or references may mean.

        :return: defaultdict, str: res.partner, commercial partners
        """
        clients = defaultdict(self.env["res.partner"].browse)
        partners = self.env["res.partner"].search(
            ["|", "|", ("name", "in", names), ("complete_name", "in", names), ("ref", "in", names)]
        )
        for partner in partners:
            for name in {partner.name, partner.complete_name, partner.ref} & names:
                clients[name] |= partner.commercial_partner_id
        return clients

    # -------------------------------------------------------------------------
    # Check: all rows are looked at together
    # -------------------------------------------------------------------------

    def _check_rows(self):
        """Refuse the rows that can't become refunds, and give the others their credits."""
        for row in self.rows:
            row.check()
        left = {}
        for company, rows in groupby(self._get_right_rows(), lambda row: row.company):
            self._refuse_known_references(company, rows)
            self._choose_credits(company, [row for row in rows if not row.problem], left)

    def _refuse_known_references(self, company, rows):
        """Refuse what is imported already, and what comes twice in the file."""
        references = [row.reference for row in rows]
        known = self.refunds.search(
            [("company_id", "=", company.id), ("external_reference", "in", references)]
        ).grouped("external_reference")
        first_rows = {}
        for row in rows:
            first = first_rows.setdefault(row.reference, row)
            if refund := known.get(row.reference):
                row.refuse(
                    self.env._(
                        "it is already imported, as refund %(refund)s of %(amount)s to %(client)s (%(state)s).",
                        refund=refund.name,
                        client=refund.partner_id.display_name,
                        amount=refund._format_amount(),
                        state=refund._get_state_label(),
                    )
                )
            elif first is not row:
                row.refuse(
                    self.env._(
                        "row %(number)s has the same reference. Give each row its own reference.",
                        number=first.number,
                    )
                )

    def _choose_credits(self, company, rows, left):
        """Give each row open credits of its client, the oldest first, up to its amount; the next what is left of them.

        :param left: dict, account.move.line: amount that the rows before have left of it
        """
        items = self.env["account.move.line"]
        clients = self.env["res.partner"].browse([row.values["partner_id"] for row in rows]).commercial_partner_id
        credits = items._search_open_credits(items._get_client_domain(clients, company))
        held_back = credits._get_held_back()
        left |= {credit: credit.amount_refundable for credit in credits if credit not in left}
        by_client = credits.grouped(lambda credit: credit.partner_id.commercial_partner_id)
        for row in rows:
            row.take(by_client.get(row.client, items), held_back, left)

    # -------------------------------------------------------------------------
    # Make
    # -------------------------------------------------------------------------

    def _create(self, rows):
        return create_once(self.refunds, [row.prepare_refund_vals() for row in rows])

    def _create_one(self, row):
        try:
            return self._create([row])
        except UserError as error:
            row.refuse(str(error))
            return self.refunds
