"""The parts of Runs: the table, the comparison, the leaderboard, and what one does with a single run.

Runs are models with their records: see `cnn.models`.
"""
