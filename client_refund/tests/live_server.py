import logging
import socket
from multiprocessing import get_context

from werkzeug.serving import WSGIRequestHandler, make_server

from odoo import api
from odoo.http import root
from odoo.sql_db import close_db
from odoo.tests import get_db_name
from odoo.tools import SQL

from .transactions import TransactionsCase


class SilentRequestHandler(WSGIRequestHandler):
    def log(self, *args):
        pass


class LiveServerCase(TransactionsCase):
    """An Odoo that serves the database from two processes, for programs that call it, at the same moment too.

    What they do is committed. The user is the administrator, with a key for programs.
    """

    PROCESSES = 2

    def setUp(self):
        super().setUp()
        self.database = get_db_name()
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            user = env["res.users"].browse(self.user_id)
            # a key of the administrator that does not expire is the superuser's to make
            keys = env["res.users.apikeys"].with_user(user).sudo()
            self.api_key = keys._generate("rpc", "Client Refund test", None)
            self.api_key_id = keys.search([("user_id", "=", user.id)], order="id desc", limit=1).id
            env.cr.commit()
        self.addCleanup(self._delete_api_key)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        processes = [
            get_context("fork").Process(target=self._serve, args=(listener,), daemon=True)
            for _process in range(self.PROCESSES)
        ]
        close_db(self.database)  # connections are not shared with the parent
        for process in processes:
            process.start()
            self.addCleanup(process.join)
            self.addCleanup(process.kill)

    def _serve(self, listener):
        """What each process does until it is killed."""
        logging.disable()  # the refusals that the tests ask for
        host, port = listener.getsockname()
        make_server(host, port, root, request_handler=SilentRequestHandler, fd=listener.fileno()).serve_forever()

    def _delete_api_key(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env.cr.execute(SQL("DELETE FROM res_users_apikeys WHERE id = %s", self.api_key_id))
            env.cr.commit()
