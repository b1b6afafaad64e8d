"""A training as data: its layers, its recipe, its sweep, its Keras code, and what it announces while it runs.

Nothing here trains: `cnn.network` does.
"""
