"""The description: what a scenario file may say, as pydantic models, and the checks across it."""
