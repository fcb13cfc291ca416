"""The page of `sim serve`: choose a corridor, change it, run that, and compare what came of it, in a browser.

Reads descriptions and folders of results. It never simulates in its own process: what runs is a command of its own.
"""
