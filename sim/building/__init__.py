"""Building: from the description to nodes, actors and controls. Nothing here runs."""
