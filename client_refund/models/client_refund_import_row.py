class WrongCell(str):
    """A cell that can't be read, and what is wrong with it; whoever reads the file finds out."""

    def __new__(cls, text, problem):
        cell = super().__new__(cls, text)
        cell.problem = problem
        return cell


class ImportRow:
    """A row of a file of refunds: what it says, what it takes, or what is wrong with it."""

    def __init__(self, env, number, cells):
        self.env = env
        self.number = number  # as Odoo's import screen counts: the first row below the headings is 1
        self.cells = cells
        self.values = {}
        self.credits = []  # (account.move.line, positive amount), what the refund takes
        self.problem = next((cell.problem for cell in cells if isinstance(cell, WrongCell)), None)

    def refuse(self, problem):
        """Keep the first thing that is wrong with this row."""
        self.problem = self.problem or problem

    def get_message(self):
        """What the import screen shows: it names the row, and stands for it alone.

        :return: dict
        """
        return {
            "type": "error",
            "record": self.number,
            "rows": {"from": self.number - 1, "to": self.number - 1},
            "message": self.env._(
                "Row %(number)s (%(cells)s) was left out: %(problem)s",
                number=self.number,
                cells=", ".join(str(cell) for cell in self.cells if cell),
                problem=self.problem,
            ),
        }
