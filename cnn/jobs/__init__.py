"""The queue of trainings, the worker processes, and the cluster.

For the app this is the only way to `cnn.network`, which runs in those processes.
"""
