import doctest
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.client_refund.tests.live_server import LiveServerCase

from .transactions_run import RunTransactionsCase

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "api.md"
BLOCK = re.compile(r"^```(bash|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "--- end of the example ---"


@unittest.skipUnless(DOCUMENT.exists(), "the addon is here without the documents of its repository")
@tagged("post_install", "-at_install")
class TestApiDocs(RunTransactionsCase, LiveServerCase):
    """The examples of docs/api.md are run over JSON-2, and what they print is what stands there."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.client_id = self._make_client(env, "Blue Heron Test Brewing")
            self._make_entries(env, [(self.client_id, -400), (self.client_id, -250)])
            env.cr.commit()

    def _get_examples(self, language):
        """The examples in a language: list of (code, what it prints)."""
        blocks = BLOCK.findall(DOCUMENT.read_text()) + [("", "")]
        return [
            (code, following if kind == "text" else "")
            for (example_language, code), (kind, following) in zip(blocks, blocks[1:], strict=False)
            if example_language == language
        ]

    def _run(self, command, script):
        """Run the examples of a language in one session, as a reader does."""
        run = subprocess.run(
            command,
            input=script,
            env={
                **os.environ,
                "CLIENT": "Blue Heron Test Brewing",
                "ODOO_API_KEY": self.api_key,
                "ODOO_DB": self.database,
                "ODOO_URL": self.url,
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        return run.stdout

    def _check_examples(self, language, command, end):
        examples = self._get_examples(language)
        output = self._run(command, "".join(f"{code}\n{end}\n" for code, _expected in examples))
        printed = output.split(f"{END}\n")
        self.assertEqual(printed.pop(), "")
        self.assertEqual(len(printed), len(examples))
        for (code, expected), actual in zip(examples, printed, strict=True):
            self.assertTrue(
                doctest.OutputChecker().check_output(f"{expected.strip()}\n", f"{actual.strip()}\n", doctest.ELLIPSIS),
                f"{code}\nprints\n{actual}\ninstead of\n{expected}",
            )
        return len(examples)

    def _assert_all_open(self):
        """What the examples refund they take back; what the run holds is still open."""
        with self._transaction() as env:
            credits = env["account.move.line"].search(
                [("partner_id", "=", self.client_id), ("account_type", "=", "asset_receivable"), ("balance", "<", 0)],
                order="id",
            )
            self.assertEqual(sum(credits.mapped("amount_residual")), -650)

    def test_examples_in_bash(self):
        self.assertEqual(self._check_examples("bash", ["bash", "-eu"], f"echo; echo '{END}'"), 7)
        self._assert_all_open()

    def test_examples_in_python(self):
        self.assertEqual(self._check_examples("python", [sys.executable, "-"], f"print({END!r})"), 4)
        self._assert_all_open()

    def test_example_of_the_readme(self):
        [example] = [code for language, code in BLOCK.findall((ROOT / "README.md").read_text()) if language == "python"]
        for theirs, ours in {
            "http://localhost:8069": self.url,
            "YOUR-API-KEY": self.api_key,
            "client_refund_demo": self.database,
            "Blue Heron Brewing Co.": "Blue Heron Test Brewing",
        }.items():
            self.assertIn(theirs, example)
            example = example.replace(theirs, ours)
        refund_id = int(self._run([sys.executable, "-"], f"{example}\nprint(refund_id)"))
        with self._transaction() as env:
            self.assertRecordValues(
                env["client.refund"].browse(refund_id), [{"partner_id": self.client_id, "amount": 650}]
            )
            env["client.refund"].browse(refund_id).action_undo("Example")
            env.cr.commit()
