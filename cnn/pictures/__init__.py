"""From ink on a canvas or in a photo to the 28x28 image that a network reads; and invented drawings.

Nothing here knows a network or a page.
"""
