"""The parts of Draw: the canvas, the boards for a digit, a number and a picture, the answer, the corrections.

The preparation of a drawing is in `cnn.pictures`.
"""
