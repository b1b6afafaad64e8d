"""What there is to say about a network's numbers: answers, metrics, activations, figures, pixels.

Plain arrays go in and come out; no Keras, no page.
"""
