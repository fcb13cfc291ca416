"""What a killed command was writing beside its folder goes with the next one there; what is like it stays."""

from pathlib import Path

from sim.tables import remove_leftovers


def test_half_written_results_of_a_killed_command_are_taken_away_and_nothing_else(tmp_path: Path) -> None:
    stay = [".out-more-abcd1234", ".out-abcd123", ".out-ABCD1234", "out-abcd1234", ".other-abcd1234"]
    for name in [".out-abcd1234", ".out-z2bmo_3u", *stay]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "plans.csv").write_text("half", "utf-8")
    (tmp_path / ".out-aaaaaaaa").symlink_to(tmp_path / "out-abcd1234")
    (tmp_path / ".out-bbbbbbbb").write_text("a letter", "utf-8")
    remove_leftovers(tmp_path / "out")
    remove_leftovers(tmp_path / "nowhere" / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*stay, ".out-aaaaaaaa", ".out-bbbbbbbb"])
    assert (tmp_path / "out-abcd1234" / "plans.csv").exists()
