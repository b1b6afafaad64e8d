"""What is known about a saved network without loading it, and the name that its owner gave it."""

import json
import platform
import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TypedDict, Unpack

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from cnn.data.origins import DIGITS
from cnn.errors import ModelBroken, ModelNameError
from cnn.i18n import N_
from cnn.reasons import mistake
from cnn.training.announcements import Epoch, TrainedModel
from cnn.training.recipes import TrainConfig

LONGEST_NAME = 60


class ModelRecord(BaseModel):
    """A saved network, as its `record.json` tells it.

    Attributes:
        id: the folder's name, by which other programs ask for the model.
        name: as its owner wrote it.
        owner: the visitor it belongs to; None for models that everybody sees.
        published: the name under which its owner shows it to everybody; None while it is the owner's alone.
        recipe: the recipe's name, "custom" without one.
        config: the training; None for a network that no `TrainConfig` describes.
        data_name, data_sha256: what it was trained on.
        history: one entry for each whole epoch.
        test_accuracy: over the data set's test images, in [0, 1].
        test_loss: the mean cross-entropy over them.
        test_images: how many there are.
        parameters: how many numbers the network keeps.
        fit_seconds: what fitting took, without imports and loading.
        input_shape: (height, width, channels).
        class_names: what the outputs stand for.
        versions: of the libraries that made it.
        created: in UTC.
        stopped: whether somebody ended the training before its time.
        fine_tuned: whether it was taught other pictures beside those of its data set.
        temperature: what the scores are divided by before the softmax, so that it is as sure as it is right.
        reject_class: whether one more output, the last, stands for "not a digit".
        reject_threshold: the probability of that output from which on the answer is "not a digit".
    """

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")

    id: str
    name: str = Field(min_length=1)
    owner: str | None = None
    published: str | None = None
    recipe: str
    config: TrainConfig | None = None
    data_name: str
    data_sha256: str
    history: tuple[Epoch, ...] = ()
    test_accuracy: float
    test_loss: float
    test_images: int = Field(10_000, ge=1)
    parameters: int = Field(ge=1)
    fit_seconds: float = Field(ge=0)
    input_shape: tuple[int, int, int]
    class_names: tuple[str, ...] = Field(min_length=2)
    versions: dict[str, str] = {}
    created: AwareDatetime
    stopped: bool = False
    fine_tuned: bool = False
    temperature: float = Field(1.0, gt=0)
    reject_class: bool = False
    reject_threshold: float = Field(0.5, ge=0, le=1)

    @property
    def reads_drawings(self) -> bool:
        """Whether it reads digits as they are drawn on the canvas."""
        return self.class_names == DIGITS and self.input_shape == (28, 28, 1)

    def to_json(self) -> bytes:
        """The content of `record.json`: everything but the id, which is the folder's name."""
        return self.model_dump_json(indent=1, exclude={"id"}).encode()


class Traits(TypedDict, total=False):
    """What is known to who trains a network, not to the training: see `ModelRecord`."""

    fine_tuned: bool
    reject_class: bool
    reject_threshold: float


def record_of(
    trained: TrainedModel, model_id: str, name: str, owner: str | None, **traits: Unpack[Traits]
) -> ModelRecord:
    """What is to be known about a network that has just been trained, with the libraries of this process.

    Args:
        trained: what the training left.
        model_id: the name of the folder that it goes to.
        name, owner: see `ModelRecord`.
        **traits: what the training does not tell.
    """
    height, width, channels = trained.input_shape
    return ModelRecord(
        id=model_id,
        name=name,
        owner=owner,
        recipe=trained.config.recipe,
        config=trained.config,
        data_name=trained.data_name,
        data_sha256=trained.data_sha256,
        history=trained.history,
        test_accuracy=trained.test_accuracy,
        test_loss=trained.test_loss,
        test_images=trained.test_images,
        parameters=trained.parameters,
        fit_seconds=trained.fit_seconds,
        input_shape=(height, width, channels),
        class_names=trained.class_names,
        versions=_versions(),
        created=datetime.now(UTC),
        stopped=trained.stopped,
        temperature=trained.temperature,
        **traits,
    )


def read_record(file: Path) -> ModelRecord:
    """The record in a model's folder; its id is the folder's name.

    Raises:
        ModelBroken: it cannot be read, is no JSON, or says something that cannot be.
    """
    folder = file.parent.name
    try:
        return ModelRecord.model_validate(json.loads(file.read_bytes()) | {"id": folder})
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelBroken(
            N_("{file} of the model {folder!r} has no usable {field}: {reason}. Restore it or train again."),
            folder=folder,
            file=file.name,
            field=".".join(str(part) for part in first["loc"]),
            reason=mistake(first),
        ) from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ModelBroken(
            N_("{file} of the model {folder!r} cannot be read as JSON. Restore it or train again."),
            folder=folder,
            file=file.name,
        ) from error


def name_for(model: ModelRecord, owner: str | None) -> str:
    """What a model is called before this visitor: their own as they named it, others' as published."""
    return model.name if model.owner == owner else model.published or model.name


def as_known_to(owner: str | None, model: ModelRecord) -> ModelRecord:
    """A model's record under the name by which this visitor knows it: how others call it is theirs."""
    return model.model_copy(update={"name": name_for(model, owner)})


def check_name(name: str) -> str:
    """The name without spaces around it, in the one form that Unicode prefers.

    Raises:
        ModelNameError: it is empty, longer than `LONGEST_NAME`, without a letter or digit, or has
            characters that folders cannot have.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean:
        raise ModelNameError(N_("The model has no name yet. Write one."))
    if len(clean) > LONGEST_NAME:
        raise ModelNameError(
            N_("The name has {length} characters, but at most {longest} fit. Shorten it."),
            length=len(clean),
            longest=LONGEST_NAME,
        )
    forbidden = [c for c in clean if c in '/\\:*?"<>|' or unicodedata.category(c).startswith("C")]
    if forbidden or clean.startswith("."):
        raise ModelNameError(
            N_("The name contains {character!r}, which a folder's name cannot have. Leave it out."),
            character=forbidden[0] if forbidden else ".",
        )
    if not re.search(r"[^\W_]", clean):
        raise ModelNameError(N_("The name {name!r} has no letter and no digit. Add one."), name=clean)
    return clean


def _versions() -> dict[str, str]:
    """The versions of what makes a network, without importing it."""
    versions = {"python": platform.python_version()}
    for package in ("keras", "tensorflow", "tensorflow-cpu", "numpy"):
        with suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return versions
