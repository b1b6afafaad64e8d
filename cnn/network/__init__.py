"""All that needs Keras. Runs in worker processes, notebooks and on the command line, never in the app's."""

# Two threads of a worker may come here at once. Importing Keras under this package's own lock lets the
# second one wait; TensorFlow breaks when two threads import it at the same time.
import keras as keras
