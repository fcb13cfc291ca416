"""Containers: rows of the parcel table that travel as one piece, whatever is in them."""

import numpy as np

from sim.flow.network import EMPTY, Context

LARGEST = np.array([1_000_000_000, 1_000_000_000, 2**62], np.int64)
"""No container holds more g, cm3 and pieces: its row counts g and cm3 in 32 bits."""


def new_containers(
    context: Context,
    ids: np.ndarray,
    at: np.ndarray,
    *,
    path: int,
    account: int,
    grams: np.ndarray | int,
    cm3: np.ndarray | int,
) -> np.ndarray:
    """Rows int64[n] of containers that come into being at ``at`` (int64[n] ticks) on one itinerary.

    They are in no cell, of no product and worth nothing, so that nothing counts them among the parcels.
    """
    parcels, axes = context.parcels, context.record.axes
    row = parcels.take(ids.shape[0])
    parcels.ids[row] = ids
    parcels.ordered_at[row] = parcels.posted_at[row] = at
    parcels.fen[row] = 0
    parcels.count[row] = 1
    parcels.grams[row] = grams
    parcels.cm3[row] = cm3
    parcels.cell[row] = axes.n_cells
    parcels.path[row] = path
    parcels.route[row] = account
    parcels.region[row] = 0
    parcels.product[row] = len(axes.products)
    return row


def full_ones(context: Context, row: np.ndarray) -> np.ndarray:
    """Positions in ``row`` of the containers that parcels are in: int64[n]. Those of freight hold none."""
    parcels = context.parcels
    if not parcels.contents:
        return EMPTY
    containers = np.flatnonzero(parcels.cell[row] == context.record.axes.n_cells)
    is_full = [each in parcels.contents for each in row[containers].tolist()]
    return containers[np.array(is_full, np.bool_)]


def singly(context: Context, row: np.ndarray) -> np.ndarray:
    """The rows, and in place of each container those of the parcels in it, in any order: int64[...]."""
    full = full_ones(context, row)
    inside = [context.parcels.contents[each] for each in row[full].tolist()]
    return np.concatenate([np.delete(row, full), *inside]) if inside else row
