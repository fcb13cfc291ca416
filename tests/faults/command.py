"""A command that runs toy jobs as the commands of the program do: `python tests/faults/command.py toys DIR ...`."""

import sys
from pathlib import Path

import click

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from faults.jobs import Toy  # noqa: E402

from sim.cli import cli, main  # noqa: E402


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--workers", default=1)
@click.option("--cluster")
@click.option("--tls", type=click.Path(path_type=Path))
@click.option("--n", default=12)
@click.option("--seconds", default=0.05)
@click.option("--does", multiple=True)
@click.option("--limit", type=float)
@click.option("--retry", is_flag=True)
def toys(
    folder: Path,
    workers: int,
    cluster: str | None,
    tls: Path | None,
    n: int,
    seconds: float,
    does: tuple[str, ...],
    limit: float | None,
    retry: bool,
) -> None:
    """Run so many sleeping jobs, and one that does each of what is asked for; say how each ended."""
    from sim.experiments.executors import Limits, Tls, executor
    from sim.experiments.keeping import run_kept
    from sim.experiments.lock import Locked
    from sim.experiments.parts import Parts

    trace = folder.parent / f"{folder.name}-starts"
    jobs = [Toy(i, seconds=seconds, trace=str(trace)) for i in range(n)]
    jobs += [Toy(i, each, seconds, str(trace)) for i, each in enumerate(does)]
    with Locked(folder, lambda said: click.echo(said, err=True)):
        trace.mkdir(exist_ok=True)
        parts = Parts(folder)
        ended = run_kept(
            jobs,
            parts,
            executor(workers, cluster, Tls(tls / "ca.pem", tls / "cert.pem", tls / "key.pem") if tls else None),
            Limits(limit),
            lambda progress: click.echo(
                f"{progress.done} done, {progress.failed} failed, {progress.left} left", err=True
            ),
            retry=retry,
        )
    for said in parts.damaged.values():
        click.echo(said, err=True)
    for each in ended.values():
        click.echo(f"{each.key}: {each.status} {each.reason}".rstrip())


if __name__ == "__main__":
    main()
