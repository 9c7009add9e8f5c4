"""dbt from a command line, with what tieout has parsed: `python -m tests.dbt test --select ...`."""

from __future__ import annotations

from dbt.cli.main import cli

from tieout.transform import forget_paths

if __name__ == "__main__":
    forget_paths()
    cli(prog_name="dbt")
