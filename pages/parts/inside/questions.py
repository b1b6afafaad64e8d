"""What pages ask of a network's inside: through the answering process, once, and shared by all visitors."""

from dataclasses import fields

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight.activations import Array, LayerFacts, Look
from cnn.jobs import inspections
from cnn.jobs.workers import workers
from cnn.models.folder import ModelFolder
from cnn.models.record import ModelRecord
from cnn.models.store import model_store

KINDS = {
    "conv2d": lambda: _("Convolution"),
    "max_pool2d": lambda: _("Max pooling"),
    "average_pool2d": lambda: _("Average pooling"),
    "batch_normalization": lambda: _("Batch normalisation"),
    "dropout": lambda: _("Dropout"),
    "flatten": lambda: _("Flatten"),
    "dense": lambda: _("Dense"),
}


def layers_of(model: ModelRecord) -> tuple[LayerFacts, ...]:
    """A network's layers, without weights.

    Raises:
        CnnError: the model is not there or cannot be shown, or no process answered.
    """
    return _layers(*model_store().folder_of(model.id).stamped())


def look_at(model: ModelRecord, image: Array) -> Look:
    """What every layer makes of a float32 image; raises what `layers_of` does, and `PictureError`."""
    return _look(*model_store().folder_of(model.id).stamped(), image.tobytes(), image)


def weights_of(model: ModelRecord, layer: int, channel: int) -> tuple[Array, Array]:
    """The kernel and bias that make one map or unit of a layer; raises what `layers_of` does."""
    return _weights(*model_store().folder_of(model.id).stamped(), layer, channel)


def slices_of(model: ModelRecord, layer: int, incoming: int | None) -> Array:
    """A convolution's kernels for one map of its input; see `looks.slices`. Raises what `layers_of` does."""
    return _slices(*model_store().folder_of(model.id).stamped(), layer, incoming)


def title(layers: tuple[LayerFacts, ...], number: int) -> str:
    """What a layer is called: its kind and which one of that kind it is."""
    facts = layers[number]
    if number == len(layers) - 1:
        return _("Output")
    kind = KINDS[facts.kind]()
    same = [index for index, other in enumerate(layers[:-1]) if other.kind == facts.kind]
    return kind if len(same) == 1 else f"{kind} {same.index(number) + 1}"


@st.cache_resource(max_entries=32, show_spinner=False)
def _layers(folder: ModelFolder, modified_ns: int) -> tuple[LayerFacts, ...]:
    return workers().inspect(inspections.layers, folder)


@st.cache_resource(max_entries=16, show_spinner=False)
def _look(folder: ModelFolder, modified_ns: int, content: bytes, _image: Array) -> Look:
    look = workers().inspect(inspections.forward_pass, folder, _image)
    for values in (
        look.image,
        *(getattr(layer, part.name) for layer in look.layers for part in fields(layer)),
    ):
        values.setflags(write=False)
    return look


@st.cache_resource(max_entries=32, show_spinner=False)
def _weights(folder: ModelFolder, modified_ns: int, layer: int, channel: int) -> tuple[Array, Array]:
    kernel, bias = workers().inspect(inspections.weights, folder, layer, channel)
    return _read_only(kernel), _read_only(bias)


@st.cache_resource(max_entries=16, show_spinner=False)
def _slices(folder: ModelFolder, modified_ns: int, layer: int, incoming: int | None) -> Array:
    return _read_only(workers().inspect(inspections.slices, folder, layer, incoming))


def _read_only(values: Array) -> Array:
    values = np.ascontiguousarray(values)
    values.setflags(write=False)
    return values


def outputs(model: ModelRecord) -> list[str]:
    """What each output of a network stands for, in the reader's language."""
    names = [_(name) for name in model.class_names]
    return [*names, _("no digit")] if model.reject_class else names
