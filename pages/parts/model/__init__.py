"""Choosing a model, and what any page shows of one: its layers as a table, its probabilities as bars.

What is inside a model is shown in `inside`.
"""
