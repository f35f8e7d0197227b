"""How it is measured: seconds, SQL queries, memory, and how PostgreSQL runs a query."""

import gc
import json
import os
import platform
import resource
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from odoo import release
from odoo.sql_db import Cursor


@dataclass
class Cost:
    """What something took."""

    seconds: float = 0.0
    cpu: float = 0.0  # of this process: other processes don't disturb it, and PostgreSQL's part is not in it
    queries: int = 0

    def add(self, other):
        """What both took together."""
        self.seconds += other.seconds
        self.cpu += other.cpu
        self.queries += other.queries


@contextmanager
def measured(env, collect=True):
    """Give a `Cost` that is filled at the end. No record is cached at the start, as in a request.

    :param collect: bool, whether memory is tidied up first, which takes longer than a short act
    """
    env.invalidate_all()
    if collect:
        gc.collect()
    cost = Cost(queries=-env.cr.sql_log_count)
    start, cpu = time.perf_counter(), time.process_time()
    yield cost
    env.flush_all()
    cost.seconds, cost.cpu = time.perf_counter() - start, time.process_time() - cpu
    cost.queries += env.cr.sql_log_count


@contextmanager
def undone(env):
    """Roll back what is done within."""
    with env.cr.savepoint() as savepoint:
        yield
        env.flush_all()
        savepoint.rollback()
        env.invalidate_all()


def cost_of(env, act, *args):
    """What an act takes that is rolled back afterwards.

    :return: Cost
    """
    gc.disable()  # whose act it would fall into is chance
    with undone(env), measured(env, collect=False) as cost:
        act(*args)
    gc.enable()
    return cost


def memory():
    """The memory that this process holds, in megabytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


@contextmanager
def recorded():
    """Give a list that is filled with all that is sent to PostgreSQL, with its values."""
    execute = Cursor.execute
    statements = []

    def record(cursor, *args, **kwargs):
        result = execute(cursor, *args, **kwargs)
        statements.append(cursor._obj.query.decode())
        return result

    with patch.object(Cursor, "execute", record):
        yield statements


@dataclass
class Plans:
    """How PostgreSQL runs the statements that touch journal items."""

    scans: list = field(default_factory=list)
    indexes: set = field(default_factory=set)


def explain(env, statements):
    """Ask PostgreSQL how it runs those of these statements that touch journal items.

    :return: Plans, with the statements that scan all journal items, and the indexes that are used
    """
    plans = Plans()
    for statement in statements:
        if "account_move_line" in statement and statement.lstrip().startswith(("SELECT", "WITH", "UPDATE")):
            env.cr.execute(f"EXPLAIN (FORMAT JSON) {statement}")
            [[[plan]]] = env.cr.fetchall()
            for node in walk(plan["Plan"]):
                if node.get("Relation Name") == "account_move_line" and node["Node Type"] == "Seq Scan":
                    plans.scans.append(statement)
                if "Index Name" in node:
                    plans.indexes.add(node["Index Name"])
    return plans


def walk(node):
    """A node of a plan and all below it."""
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def row(figure, what, values, unit, at_least=None, at_most=None):
    """A line of the result: what was measured, once a run, and whether the middle one meets the target.

    :return: dict
    """
    median = statistics.median(values)
    return {
        "figure": figure,
        "what": what,
        "unit": unit,
        "runs": len(values),
        "values": [round(value, 3) for value in values],
        "median": round(median, 3),
        "at_least": at_least,
        "at_most": at_most,
        "met": (at_least is None or median >= at_least) and (at_most is None or median <= at_most),
    }


def ratios(numerators, denominators):
    """Run by run, so that what disturbs one run disturbs both sides of a ratio."""
    return [numerator / denominator for numerator, denominator in zip(numerators, denominators, strict=True)]


def machine(env):
    """What it ran on, as far as it matters."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "odoo": release.version,
        "postgresql": str(env.cr._cnx.server_version // 10000),
    }


def print_rows(rows, file):
    """The result as a table."""
    for line in rows:
        spread = f"{min(line['values']):g} to {max(line['values']):g}" if line["runs"] > 1 else ""
        print(
            f"{line['figure']:<8} {line['what']:<52} {line['median']:>8g} {line['unit']:<9} "
            f"{line['runs']} × {spread:<20} {verdict(line)}".rstrip(),
            file=file,
        )


def verdict(line):
    """The target of a row, and whether it is met."""
    if line["at_least"] is not None:
        target = f"≥ {line['at_least']:g}"
    elif line["at_most"] is not None:
        target = f"≤ {line['at_most']:g}"
    else:
        return ""
    return f"{target:<7} {'met' if line['met'] else 'MISSED'}"


def print_json(result, file):
    """The result for programs."""
    print(json.dumps(result, indent=2, ensure_ascii=False), file=file)
