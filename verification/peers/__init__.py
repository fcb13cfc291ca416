"""Small corridors in Ciw, SimPy and salabim: one module each, of the shape ``simulate(line, drawn) -> starts, ends``."""
