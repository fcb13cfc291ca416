"""A figure that shows itself in a notebook, whether or not the notebook was told to draw inline."""

import io

from matplotlib.figure import Figure


class Picture(Figure):
    """A matplotlib figure; a notebook shows it as PNG when it is the last thing of a cell."""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=110, metadata={"Software": None})
        return stream.getvalue()
