"""What Keras does not promise and this project needs all the same: everything from `keras.src` stands here.

An upgrade of Keras may change any of it; `tests/network/test_compat.py` says which part it has broken. Each
part is imported where it is used, so that the rest still works when one has gone.
"""

from random import Random
from typing import IO

import h5py
import keras


def seed_layers(seed: int) -> None:
    """Let the seeds of all layers that are built from now on follow from a number, and from nothing else.

    Keras draws them from Python's own generator, from which other threads of a worker draw, too. A public
    `seed` for each layer would be safe from them, but would give other weights than plain Keras code has
    after `keras.utils.set_random_seed`, and a training is to come out as that code does.
    """
    from keras.src.random import seed_generator

    seed_generator.python_random = Random(seed)  # noqa: S311 - nothing secret


def write_keras(model: keras.Model, file: IO[bytes]) -> None:
    """Write a network with its optimizer's state, as a `.keras` file, into an open file.

    The public `Model.save` takes a path only, so it cannot write into memory, where no disk is full.
    """
    from keras.src.saving import saving_lib

    saving_lib.save_model(model, file)


def write_h5(model: keras.Model, file: h5py.File) -> None:
    """Write a network, in Keras's older format, into an open HDF5 file.

    The public `Model.save` takes a path only, and warns of the format that is asked for here.
    """
    from keras.src.legacy.saving import legacy_h5_format

    legacy_h5_format.save_model_to_hdf5(model, file)
