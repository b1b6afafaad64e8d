"""The parts of Filters and Feature maps: the poster, the grids, one filter, the arithmetic, the evidence.

The numbers come from the answering process, through `questions`.
"""
