import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).resolve().parents[1]
# What lives in addons of its own: the refund desk names none of it.
ELSEWHERE = re.compile(
    r"base_import|dormant|refund[._ ]import|refund[._ ]runs?\b|run_?progress|portal|client_request", re.IGNORECASE
)


@tagged("post_install", "-at_install")
class TestNames(BaseCase):
    def test_the_refund_desk_knows_nothing_of_what_builds_on_it(self):
        self.assertEqual(
            [
                (str(path.relative_to(ADDON)), found.group())
                for path in sorted(ADDON.rglob("*"))
                if path.suffix in (".py", ".xml", ".js") and "tests" not in path.relative_to(ADDON).parts
                if (found := ELSEWHERE.search(path.read_text()))
            ],
            [],
        )
