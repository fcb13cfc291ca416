"""What an indicator, or a plan's difference, hangs on: screening, indices of Sobol, a tornado, and words."""
