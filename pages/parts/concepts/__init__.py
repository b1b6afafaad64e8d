"""The sections of Concepts, a file each.

The arithmetic that they show is in `cnn.insight`.
"""
