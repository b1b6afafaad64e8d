"""A trained network that a training begins with: to learn other pictures too, or to go on."""

from cnn.models.continuation import Continuation
from cnn.models.fine_tuning import FineTuning

Start = FineTuning | Continuation
