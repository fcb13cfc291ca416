"""Small corridors in Ciw, SimPy and salabim: a module each, of the shape ``simulate(line, drawn) -> starts, ends``."""
