"""Saved models: folder, record, file, comparison, and the trainings that begin with a saved network.

Nothing here builds or runs a network.
"""
