"""Under what circumstances something happens: the cases of a sweep, a condition, and the box that holds them."""
