"""Data sets: where they come from, how they are found here, and what stands in for a missing one.

Arrays and their class names live here. Models and trainings do not.
"""
