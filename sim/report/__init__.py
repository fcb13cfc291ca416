"""Reports: one HTML file of what a comparison or a run came to, to hand on, to print and to read without a network.

Reads folders of results and never writes into them; knows results and descriptions, and nothing of the engine.
"""
