"""The parts of Train: the recipe, the layers, the sweep, and the monitor of a training that runs.

The queue itself is in `cnn.jobs`.
"""
