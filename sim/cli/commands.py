"""The commands as a group: those of the package and those plugged in, ordered in the help by what a planner wants."""

from typing import Any

import click

GROUPS = {
    "What is there": ("scenarios", "explain", "sources", "validate"),
    "What would happen": ("run", "compare", "sweep"),
    "What should be done": ("rank", "site"),
    "What the answer hangs on": ("sensitivity", "discover"),
    "To show others": ("report", "serve"),
    "For those who write scenarios": ("schema", "calibrate", "completion"),
}
OTHERS = "Further"
EXAMPLES = """\b
Examples:
  sim scenarios harbin                                   what there is on Harbin
  sim run scenarios/harbin-baseline.yaml --parcels-per-row 50
  sim compare scenarios/harbin-baseline.yaml harbin-charters harbin-single-window
  sim report results/runs/compare-harbin-baseline-harbin-charters-harbin-single-window --lang zh
  sim explain scenarios/harbin-baseline.yaml harbin-charters
  sim sources scenarios/harbin-baseline.yaml --status assumed

Each command tells more: sim compare --help. What is wrong with a file is said at its line; --debug shows where an
error of the program itself arose.
"""


class Commands(click.Group):
    """The commands of this package, and those that others plug in under the entry points `sim.commands`.

    What is plugged in is looked for only when it is asked for, and imported only then; what cannot be imported is as if
    it were not there.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        """Names of all commands, in order."""
        return sorted({*super().list_commands(context), *(name for name in _plugged_in() if self._load(name))})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """A command by its name."""
        return super().get_command(context, name) or self._load(name)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under what one wants of them; those of no group at the end."""
        names = [name for name in self.list_commands(context) if not getattr(self._of(context, name), "hidden", False)]
        grouped = {name for group in GROUPS.values() for name in group}
        groups = {title: [name for name in group if name in names] for title, group in GROUPS.items()}
        groups[OTHERS] = [name for name in names if name not in grouped]
        widest = max(map(len, names), default=0)
        for title, group in groups.items():
            rows = [(f"{name:<{widest}}", self._said(context, formatter, name, widest)) for name in group]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def _of(self, context: click.Context, name: str) -> click.Command | None:
        return self.get_command(context, name)

    def _said(self, context: click.Context, formatter: click.HelpFormatter, name: str, widest: int) -> str:
        command = self._of(context, name)
        return command.get_short_help_str(formatter.width - 6 - widest) if command else ""

    @staticmethod
    def _load(name: str) -> click.Command | None:
        entry = _plugged_in().get(name)
        try:
            return entry.load() if entry else None
        except ImportError:
            return None


def _plugged_in() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group="sim.commands")}
