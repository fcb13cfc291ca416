"""The command `sim`: what it prints where, and with which exit code it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import validate

import sim
from sim.cli import cli, main
from sim.cli.commands import GROUPS
from sim.cli.options import KINDS
from sim.cli.summary import summary_schema

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "golden" / "tiny.yaml"
SIM = [sys.executable, "-m", "sim.cli"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return (int(end.value.code or 0), *capsys.readouterr())

    return run


def edited(tmp_path: Path, *edits: tuple[str, str], name: str = "edited.yaml") -> Path:
    """A copy of the small scenario with texts replaced."""
    text = TINY.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / name


# -- run ---------------------------------------------------------------------------------------------------------------


def test_run_prints_a_block_by_origin_and_where_the_results_lie(run, tmp_path: Path) -> None:
    code, out, err = run("run", TINY)
    folder = tmp_path / "results" / "runs" / "tiny-7"
    summary = sim.run(sim.load(TINY)).columns("summary")
    assert code == 0
    for route, placed, days in zip(summary["route"], summary["placed"], summary["mean_days"], strict=True):
        cells = next(line for line in out.splitlines() if line.startswith(f"{route} ")).split()
        assert cells[1] == f"{placed:,}"
        assert cells[6] == f"{days:.1f}"
    assert "Two routes from Harbin to the Urals" in out
    assert "One replication: no interval." in out
    assert "  harbin: goods " in out
    assert "Tables: results/runs/tiny-7/ (19 as Parquet and CSV; manifest.json)" in out
    assert max(map(len, out.splitlines())) <= 100
    assert (folder / "summary.csv").exists()
    assert not (folder / "steps.parquet").exists()
    assert err.startswith("tiny: about 2,511 latent orders in 2,511 rows, 34 departures, checks and reviews, ")


def test_run_says_whether_expectations_settled(run, tmp_path: Path) -> None:
    _, out, _ = run("run", TINY)
    assert "Warning: expectations did not settle: the last repetition still moved one by " in " ".join(out.split())
    settled = edited(tmp_path, ("settle_tolerance: 10 %", "settle_tolerance: 90 %"))
    _, out, _ = run("run", settled)
    assert "Expectations settled within 90.0% after 1 repetition of the first year." in out
    without = edited(tmp_path, ("settle_iterations: 2", "settle_iterations: 0"))
    _, out, _ = run("run", without)
    assert "xpectations" not in out


def test_run_warns_where_work_piles_up(run, tmp_path: Path) -> None:
    _, out, _ = run("run", edited(tmp_path, ("service: 20 min", "service: 2 h")))
    warning = " ".join(out[out.index("Warning: work piles up at sorting: ") :].split())
    assert " at the end (" in warning
    assert " days of work. " in warning


def test_several_replications_show_their_interval(run) -> None:
    code, out, _ = run("run", TINY, "--replications", 3, "--workers", 1)
    assert code == 0
    assert "Means of 3 replications, ± half a 95 % interval." in out
    assert out.count("±") > 20


def test_progress_off_a_terminal_is_a_few_plain_lines(run) -> None:
    _, _, err = run("run", TINY)
    progress = [line for line in err.splitlines() if "% after" in line]
    assert 3 <= len(progress) <= 11
    assert progress[-1].startswith("tiny: 100% after ")
    assert "\x1b" not in err
    assert "\r" not in err


def test_json_prints_the_summary_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [*SIM, "run", TINY, "--json", "--replications", "2", "--workers", "2", "--out", tmp_path / "out"],
        capture_output=True, text=True, timeout=120, check=True, cwd=tmp_path,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert (found["scenario"], found["seed"], found["replications"]) == ("tiny", 7, [0, 1])
    assert [route["route"] for route in found["routes"]] == ["post", "express"]
    validate(found, summary_schema())
    placed = found["routes"][0]["placed"]
    assert placed["unit"] == "parcels"
    assert placed["low_95"] < placed["mean"] < placed["high_95"]
    expected = sim.run(sim.load(TINY), replications=2).columns("summary")
    assert placed["mean"] == expected["placed"][expected["route"] == "post"].mean()
    assert done.stdout.startswith("{")
    assert done.stdout.endswith("}\n")


def test_json_of_one_replication_has_no_interval(run) -> None:
    _, out, _ = run("run", TINY, "--json")
    assert json.loads(out)["routes"][0]["p50_days"].keys() == {"unit", "mean"}


def test_several_scenarios_get_folders_of_their_own(run, tmp_path: Path) -> None:
    other = edited(tmp_path, ("scenario: tiny", "scenario: other"))
    code, out, _ = run("run", TINY, other, "--json", "--out", "both")
    assert code == 0
    assert [summary["scenario"] for summary in json.loads(out)] == ["tiny", "other"]
    assert [summary["replications"] for summary in json.loads(out)] == [[0], [0]]
    assert sorted(path.name for path in (tmp_path / "both").iterdir()) == ["other-7", "tiny-7"]


def test_two_scenarios_of_one_name_are_refused(run, tmp_path: Path) -> None:
    code, out, err = run("run", TINY, edited(tmp_path), "--out", "both")
    assert (code, out) == (1, "")
    assert err == "error: two of the scenarios would write to both/tiny-7; run them with different --out\n"


def test_options_override_the_scenario(run, tmp_path: Path) -> None:
    run("run", TINY, "--seed", 8, "--parcels-per-row", 5)
    folder = tmp_path / "results" / "runs" / "tiny-8-rows5"
    scenario = json.loads((folder / "manifest.json").read_text("utf-8"))["scenario"]
    assert (scenario["seed"], scenario["parcels_per_row"]) == (8, 5)


def test_folders_are_named_by_what_differs_from_the_file(run, tmp_path: Path) -> None:
    for more in ((), ("--parcels-per-row", 5), ("--replications", 2), ("--parcels-per-row", 1, "--seed", 7)):
        run("run", TINY, *more)
    runs = tmp_path / "results" / "runs"
    assert sorted(path.name for path in runs.iterdir()) == ["tiny-7", "tiny-7-rows5", "tiny-7-x2"]


def test_it_says_when_earlier_results_are_replaced(run) -> None:
    _, out, err = run("run", TINY, "--json")
    assert json.loads(out)["replaced"] is None
    assert "replaced" not in err
    _, out, err = run("run", TINY, "--json")
    finished = json.loads(out)["replaced"]
    assert f"tiny: replaced the results of {finished} in results/runs/tiny-7\n" in err


@pytest.mark.parametrize("workers", [1, 2])
def test_several_scenarios_are_shown_in_their_order_whoever_is_done_first(run, tmp_path: Path, workers: int) -> None:
    other = edited(tmp_path, ("scenario: tiny", "scenario: other"), ("title: Two routes", "title: Others"))
    code, out, err = run("run", TINY, other, "--workers", workers)
    assert code == 0
    assert 0 <= out.index("Two routes from") < out.index("runs/tiny-7/") < out.index("Others from")
    assert "tiny, other: 100% after " in err
    alone = sim.run(sim.load(TINY)).columns("daily")["delivered"].sum()
    lines = (tmp_path / "results" / "runs" / "tiny-7" / "daily.csv").read_text("utf-8").splitlines()
    assert sum(int(line.split(",")[lines[0].split(",").index("delivered")]) for line in lines[1:]) == alone


def test_failed_scenario_does_not_take_another_along(run, tmp_path: Path, monkeypatch) -> None:
    from sim.experiments import run as runs

    replicate = runs.replicate

    def failing(worlds, *rest):
        if worlds.described.scenario == "tiny":
            raise ValueError("no luck")
        return replicate(worlds, *rest)

    monkeypatch.setattr(runs, "replicate", failing)
    other = edited(tmp_path, ("scenario: tiny", "scenario: other"))
    code, out, err = run("run", TINY, other, "--workers", 1, "--json")
    assert code == 1
    assert "error: replication 0 of tiny failed: ValueError: no luck\n" in err
    failed, done = json.loads(out)
    validate(failed, summary_schema())
    assert (failed["replications"], failed["missing_replications"], failed["folder"]) == ([], [0], None)
    assert done["replications"] == [0]


def test_log_of_single_parcels_is_written(run, tmp_path: Path) -> None:
    run("run", TINY, "--seed", 8, "--parcel-log")
    folder = tmp_path / "results" / "runs" / "tiny-8"
    assert (folder / "parcels.parquet").exists()
    assert (folder / "steps.parquet").exists()


def test_log_of_single_parcels_needs_single_parcels(run, tmp_path: Path) -> None:
    code, out, err = run("run", TINY, "--parcels-per-row", 5, "--parcel-log")
    assert (code, out) == (1, "")
    assert "needs single parcels" in err
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--replications", 0), ("--seed", -1), ("--parcels-per-row", 0), ("--workers", "many")]
)
def test_option_out_of_bounds_is_refused(run, option: str, value: object) -> None:
    code, out, err = run("run", TINY, option, value)
    assert (code, out) == (2, "")
    assert f"Invalid value for '{option}'" in err


def test_folder_of_somebody_else_is_refused_before_the_run(run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", "utf-8")
    code, out, err = run("run", TINY, "--out", "mine")
    assert (code, out) == (1, "")
    assert err == "error: mine holds files that are not results of this program; name another folder with --out\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_absurd_scenario_is_refused_with_its_estimate(run, tmp_path: Path) -> None:
    absurd = edited(tmp_path, ("latent_orders_per_year: 18720", "latent_orders_per_year: 1e11"))
    code, out, err = run("run", absurd)
    assert (code, out) == (2, "")
    assert err.startswith("error: refused before anything ran: tiny would take about 13.4 billion latent orders in ")
    assert err.endswith("raise parcels_per_row (now 1), or shorten the horizon\n")
    code, out, validated = run("validate", absurd)
    assert (code, out) == (2, "")
    assert "error: refused before anything ran: tiny would take about 13.4 billion latent orders" in validated
    assert not (tmp_path / "results").exists()


def test_failed_replication_is_told_and_the_others_are_kept(run, tmp_path: Path, monkeypatch) -> None:
    from sim.experiments import run as runs

    replicate = runs.replicate

    def failing(scenario, number, *rest):
        if number == 1:
            raise ValueError("no luck")
        return replicate(scenario, number, *rest)

    monkeypatch.setattr(runs, "replicate", failing)
    code, out, err = run("run", TINY, "--replications", 3, "--workers", 1)
    assert code == 1
    assert "error: replication 1 of tiny failed: ValueError: no luck\n" in err
    assert "Tables: results/runs/tiny-7-x3-incomplete/" in out
    manifest = tmp_path / "results" / "runs" / "tiny-7-x3-incomplete" / "manifest.json"
    assert json.loads(manifest.read_text("utf-8"))["missing_replications"] == {"1": "ValueError: no luck"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_says_what_is_complete_and_leaves_no_half_written_table(workers: str, tmp_path: Path) -> None:
    command = [*SIM, "run", TINY, "--replications", "200", "--workers", workers, "--json"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(3)]  # the estimate, the start, and how far it is
        assert "% after " in lines[2]
        assert not lines[2].startswith("tiny: 0")
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    complete = json.loads(out)["replications"]
    assert 0 < len(complete) < 200
    assert err.splitlines()[-1] == (
        f"stopped: {len(complete)} of 200 replications of tiny are complete; "
        "what is complete lies in results/runs/tiny-7-x200-incomplete"
    )
    (folder,) = (tmp_path / "results" / "runs").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["replications"] == complete
    assert (folder / "summary.csv").read_text("utf-8").count("\n") == 1 + 2 * len(complete)


def test_ctrl_c_before_anything_is_complete_writes_nothing(run, tmp_path: Path, monkeypatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiments.run.replicate", stop)
    code, out, err = run("run", TINY)
    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "stopped: 0 of 1 replications of tiny are complete; nothing was written"
    assert not (tmp_path / "results").exists()


def test_title_cannot_send_commands_to_the_terminal(run, tmp_path: Path) -> None:
    title = ("title: Two routes from Harbin to the Urals", 'title: "a [red]b[/red] \\e[31m c"')
    _, out, _ = run("run", edited(tmp_path, title))
    assert "a [red]b[/red] \\x1b[31m c" in out
    assert "\x1b" not in out


# -- validate, scenarios, errors ---------------------------------------------------------------------------------------


def test_validate_prints_one_line_with_the_estimate(run) -> None:
    code, out, err = run("validate", TINY)
    assert (code, err) == (0, "")
    estimate = "about 2,511 latent orders in 2,511 rows, 34 departures, checks and reviews, 0.2 GB of memory and 5 s"
    assert out == f"{TINY}: ok: {estimate}\n"


def test_validate_shows_all_errors_of_all_files(run, tmp_path: Path) -> None:
    wrong = edited(tmp_path, ("cutoff: 2 h", "cutof: 2 h"), ("service: 15 min", "service: 15 kg"))
    code, out, err = run("validate", TINY, wrong, "missing.yaml")
    lines = wrong.read_text("utf-8").splitlines()
    n_customs, n_cutoff = (next(i for i, line in enumerate(lines, 1) if text in line) for text in ("15 kg", "cutof"))
    column = lines[n_customs - 1].index("15 kg") + 1
    assert code == 2
    assert out.startswith(f"{TINY}: ok: ")
    assert out.count("\n") == 1
    assert err == (
        f"{wrong}:{n_customs}:{column}: error: '15 kg' is a mass; a duration is expected (for example 3 h) "
        "[customs.ural-customs.release.service]\n"
        f"    {lines[n_customs - 1]}\n"
        f"    {' ' * (column - 1)}^\n"
        f"{wrong}:{n_cutoff}:5: error: unknown key 'cutof' [lanes.flight.cutof]\n"
        "        cutof: 2 h\n"
        "        ^\n"
        "    hint: did you mean 'cutoff'?\n"
        "missing.yaml:1:1: error: no such file\n"
        "2 of 3 files are wrong\n"
    )


def test_run_shows_all_errors_of_all_files_and_runs_nothing(run, tmp_path: Path) -> None:
    wrong = edited(tmp_path, ("cutoff: 2 h", "cutof: 2 h"))
    code, out, err = run("run", TINY, wrong, "missing.yaml")
    assert (code, out) == (2, "")
    assert "unknown key 'cutof'" in err
    assert "missing.yaml:1:1: error: no such file" in err
    assert not (tmp_path / "results").exists()


def test_corridor_by_itself_is_checked_for_what_it_describes(run, tmp_path: Path) -> None:
    code, out, _ = run("validate", ROOT / "scenarios" / "corridors" / "harbin.yaml")
    assert code == 0
    assert ": ok: a corridor with " in out
    (tmp_path / "corridors").mkdir()
    (tmp_path / "corridors" / "c.yaml").write_text("places: {}\n", "utf-8")
    code, out, err = run("validate", "corridors/c.yaml")
    assert (code, out) == (2, "")
    assert "corridors/c.yaml:1:1: error: at least 1 entries are expected, not 0 [places]" in err


def test_scenarios_are_listed_with_their_titles(run, tmp_path: Path) -> None:
    (tmp_path / "scenarios" / "corridors").mkdir(parents=True)
    edited(tmp_path / "scenarios", name="mine.yaml")
    edited(tmp_path / "scenarios" / "corridors", name="not-a-scenario.yaml")
    code, out, _ = run("scenarios")
    assert code == 0
    lines = [line.split(maxsplit=1) for line in out.splitlines()]
    assert ["scenarios/mine.yaml", "Two routes from Harbin to the Urals"] in lines
    assert ["harbin-charters", "More charters Harbin-Yekaterinburg"] in lines
    titles = {Path(line[0]).name: line[1] for line in lines if len(line) == 2}
    assert titles["harbin-baseline.yaml"].startswith("Harbin to Russia by post, express, rail")
    assert "not-a-scenario" not in out
    headings = [line.split(" (")[0] for line in out.splitlines() if line and not line.startswith(" ")]
    assert headings == [kind.capitalize() for kind in KINDS]


def test_unexpected_error_is_one_line_without_debug_and_a_traceback_with_it(run, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault\x1b")

    monkeypatch.setattr("sim.cli.running.load", broken)
    code, out, err = run("run", TINY)
    assert (code, out) == (1, "")
    told = "error: RuntimeError: a fault\\x1b (a fault of the program: run again with --debug to see where, or hand on "
    assert err.startswith(told)
    assert err.count("\n") == 1
    log = Path(err.removeprefix(told).removesuffix(")\n")).read_text("utf-8")
    assert "Python 3" in log
    assert "RuntimeError: a fault\x1b" in log
    code, _, err = run("run", TINY, "--debug")
    assert code == 1
    assert err.startswith("Traceback (most recent call last):")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["validate", str(TINY)], ["schema"], ["scenarios"]]
)
def test_quick_commands_import_nothing_slow(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom sim.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n"
        "    assert end.code == 0\n"
        "slow = {'numpy', 'pandas', 'numba', 'rich', 'pyarrow', 'simpy', 'scipy', 'holidays', 'matplotlib'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert done.stderr == "[]\n"


def test_output_may_be_cut_short_by_its_reader(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sim.cli schema | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("{\n", "")


# -- help, lists, completion -------------------------------------------------------------------------------------------


def test_help_groups_all_commands_by_what_is_wanted_and_cuts_no_line(run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for title, names in GROUPS.items():
        there = [name for name in names if f"\n  {name} " in out]
        assert not there or f"\n{title}:\n" in out
    assert all(f"\n  {name} " in out for name in cli.commands)
    assert "Further:" not in out
    assert "sim compare scenarios/harbin-baseline.yaml harbin-charters harbin-single-window" in out
    body = out.split("Options:")[1].split("Examples:")[0]
    assert [line for line in body.splitlines() if line.endswith("...") and not line.startswith("  scenarios")] == []


def test_command_that_is_in_no_group_is_still_in_the_help(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.commands, "dream", cli.commands["schema"])
    _, out, _ = run("--help")
    assert "\nFurther:\n  dream " in out


def test_every_command_shows_a_traceback_if_asked() -> None:
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert "--debug" in [option for parameter in command.params for option in parameter.opts], name
        assert command.help, name
        assert command.short_help, name


def test_list_is_narrowed_by_words_and_kinds(run) -> None:
    _, out, _ = run("scenarios", "HARBIN", "charters", "--kind", "interventions", "--kind", "sweeps")
    found = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert found[0] == "harbin-charters"
    assert found[-1].endswith("sweeps/harbin-charters.yaml")
    _, out, _ = run("scenarios", "--kind", "disruptions", "--json", "snowstorm")
    (record,) = json.loads(out)
    assert (record["kind"], record["name"], record["title"]) == (
        "disruptions",
        "harbin-snowstorm",
        "Snowstorm at Harbin",
    )
    assert Path(record["file"]).is_file()


def test_list_that_would_be_empty_says_what_is_close(run) -> None:
    code, out, err = run("scenarios", "harbin-charterz")
    assert (code, out) == (1, "")
    assert err == "error: nothing has 'harbin-charterz'; did you mean 'harbin-charters'?\n"


def completed(*words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What bash is offered for the last of some words."""
    monkeypatch.setenv("_SIM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "\n".join(["sim", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    with pytest.raises(SystemExit):
        main([])
    return [line for line in capsys.readouterr().out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["expl"], ["plain,explain"]),
        (["run", "scenarios/m"], ["plain,scenarios/mine.yaml"]),
        (["run", "x"], ["file,x"]),
        (["compare", "scenarios/mine.yaml", "bel"], ["plain,belly"]),
        (["compare", "scenarios/mine.yaml", "belly+b"], ["plain,belly+border"]),
        (["sweep", "scenarios/"], ["plain,scenarios/sweeps/wide.yaml"]),
        (["sweep", "--status", ""], ["plain,results/runs/sweep-wide"]),
        (["report", "results/"], ["plain,results/runs/compare-mine"]),
        (["discover", "results/"], ["dir,results/"]),
        (["scenarios", "--kind", "si"], ["plain,sitings"]),
        (["sources", "A00"], [f"plain,A00{i}" for i in range(1, 10)]),
        (["calibrate", "ha"], []),
    ],
    ids=" ".join,
)
def test_shell_is_offered_what_fits(
    words: list[str], offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    for name in ("mine", "interventions/belly", "disruptions/border", "sweeps/wide"):
        file = tmp_path / "scenarios" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for name, table in (("compare-mine", "plans"), ("sweep-wide", "jobs"), ("notes", "x")):
        (tmp_path / "results" / "runs" / name).mkdir(parents=True)
        (tmp_path / "results" / "runs" / name / f"{table}.parquet").touch()
    monkeypatch.chdir(tmp_path)
    assert completed(*words, monkeypatch=monkeypatch, capsys=capsys) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_for_a_shell_calls_the_command(run, shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0
    assert f"_SIM_COMPLETE={shell}_complete" in out


def test_bash_reads_the_script_and_completes(tmp_path: Path) -> None:
    sim_here = tmp_path / "sim"
    sim_here.write_text(f'#!/bin/sh\nexec {sys.executable} -m sim.cli "$@"\n', "utf-8")
    sim_here.chmod(0o755)
    script = (
        f'export PATH="{tmp_path}:$PATH"; eval "$(sim completion bash)"; COMP_WORDS=(sim sens); COMP_CWORD=1\n'
        '_sim_completion sim; echo "${COMPREPLY[@]}"'
    )
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True, env=here)
    assert done.stdout == "sensitivity\n"
