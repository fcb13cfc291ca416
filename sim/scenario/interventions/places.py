"""The changes that interventions make as if they were written in the file: each at the place of its measure."""

from dataclasses import replace

from sim.reading import Tree
from sim.reading.tree import nearest
from sim.scenario.interventions.expanding import Expansion


def with_changes(tree: Tree, expansion: Expansion) -> Tree:
    """A scenario's tree with the changes of its interventions among those that it describes."""
    if not expansion.changes:
        return tree
    made = {name: _written(tree, expansion, name) for name in expansion.changes}
    above = tree.children.get("changes", Tree({}, tree.mark))
    described = replace(above, value={**above.children, **made})
    return replace(tree, value={**tree.children, "changes": described})


def _written(tree: Tree, expansion: Expansion, name: str) -> Tree:
    change = expansion.scenario.changes[name].model_dump(mode="json", exclude={"source"}, exclude_defaults=True)
    node, _ = nearest(tree, expansion.changes[name])
    mark = node.key_mark or node.mark
    return Tree({key: Tree(value, mark) for key, value in change.items()}, mark, mark)
