"""The parts of Mistakes: the confusion matrix, the gallery's explorer, two models' disagreements, the report.

The figures come from `cnn.insight`.
"""
