import ast
import re
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).resolve().parents[1]
# What lives in addons of its own: the refund desk names none of it.
ELSEWHERE = re.compile(
    r"base_import|dormant|refund[._ ]import|refund[._ ]runs?\b|run_?progress|portal|client_request", re.IGNORECASE
)


def _get_methods(addon):
    """Which methods the classes of an addon's models have.

    :return: dict, (model, method): list of str, where it stands
    """
    found = defaultdict(list)
    for path in sorted([*addon.glob("models/*.py"), *addon.glob("wizards/*.py"), *addon.glob("report/*.py")]):
        for model in ast.parse(path.read_text()).body:
            names = {
                target.id: ast.literal_eval(line.value)
                for line in getattr(model, "body", ())
                if isinstance(line, ast.Assign)
                for target in line.targets
                if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
            }
            for method in getattr(model, "body", ()):
                if names and isinstance(method, ast.FunctionDef):
                    found[str(names.get("_name", names.get("_inherit"))), method.name].append(path.name)
    return found


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

    def test_no_chapter_of_a_model_wraps_another_one(self):
        """What happens in an act stands where the act is written: no order of imports decides it."""
        addons = [path.parent for path in sorted(ADDON.parent.glob("client_refund*/__manifest__.py"))]
        for addon in addons:
            twice = {method: files for method, files in _get_methods(addon).items() if len(files) > 1}
            with self.subTest(addon=addon.name):
                self.assertEqual(twice, {})
