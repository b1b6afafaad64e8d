"""What pages ask of a network's inside: through the answering process, once, and shared by all visitors."""

from dataclasses import fields

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight.activations import Array, ForwardPass, LayerFacts
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


def forward_pass_of(model: ModelRecord, image: Array) -> ForwardPass:
    """What every layer makes of a float32 image; raises what `layers_of` does, and `PictureError`."""
    return _forward_pass(*model_store().folder_of(model.id).stamped(), image.tobytes(), image)


def weights_of(model: ModelRecord, layer: int, channel: int) -> tuple[Array, Array]:
    """The kernel and bias that make one map or unit of a layer; raises what `layers_of` does."""
    return _weights(*model_store().folder_of(model.id).stamped(), layer, channel)


def slices_of(model: ModelRecord, layer: int, incoming: int | None) -> Array:
    """A convolution's kernels for one map of its input, as `inspections.slices`; raises as `layers_of`."""
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
def _forward_pass(folder: ModelFolder, modified_ns: int, content: bytes, _image: Array) -> ForwardPass:
    forward = workers().inspect(inspections.forward_pass, folder, _image)
    for values in (
        forward.image,
        *(getattr(layer, part.name) for layer in forward.layers for part in fields(layer)),
    ):
        values.setflags(write=False)
    return forward


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
