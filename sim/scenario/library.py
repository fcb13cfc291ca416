"""The library of scenario files: where it is, how messages name its files, and how one layer lies over another."""

from dataclasses import replace
from pathlib import Path

from sim.reading import Tree


def library_of(path: Path) -> Path:
    """The nearest folder above a file that holds `corridors/`; else the folder of the file."""
    folder = path.resolve().parent
    return next((above for above in (folder, *folder.parents) if is_library(above)), folder)


def is_library(folder: Path) -> bool:
    """Whether a folder holds a library of scenarios, rather than only the file that is read."""
    return (folder / "corridors").is_dir()


def of_no_library(folder: Path) -> str | None:
    """What to say where something is looked for that only a library has, and the file lies in none."""
    if is_library(folder):
        return None
    return "bases and corridors are looked for in the library that a file lies in, such as scenarios/; it lies in none"


def near(path: Path) -> Path:
    """The same file as messages name it: from the working folder, if it lies inside."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def file_called(folder: Path, name: object) -> Path:
    """Where a file of that name would lie, links followed; the folder itself if no file can be called so."""
    try:
        found = (folder / str(name)).resolve()
        found.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, with a NUL in it, or a circle of links
        return folder.resolve()
    return found


def claimed(tree: Tree, layer: Tree) -> Tree:
    """The tree with its mappings standing where the layer speaks of them: there lies what is wrong with them."""
    if not (tree.is_mapping and layer.is_mapping):
        return tree
    children = {
        key: claimed(child, layer.children[key]) if key in layer.children else child
        for key, child in tree.children.items()
    }
    return replace(tree, value=children, mark=layer.mark, key_mark=layer.key_mark)
