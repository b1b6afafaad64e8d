"""Train convolutional networks, classify drawings, look inside. Works without any page.

Importing the package loads neither TensorFlow nor Streamlit; `cnn.network` is the only part that
imports Keras.
"""
