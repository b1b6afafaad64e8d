"""The folder `models/`: each trained network a folder of its own.

    models/shipped/            comes with the project and answers on Draw
    models/fast/               trained on the command line: nobody's own, everybody sees it
    models/my-first-3fa94c/    a visitor's own

A folder appears whole or not at all. What is broken or foreign there is listed as such with its
reason. `cnn.models.folder` says what is in each.
"""

import logging
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Unpack

from cnn import atomic
from cnn.errors import ModelError, ModelNameError
from cnn.i18n import N_
from cnn.models.folder import ModelFolder, not_found
from cnn.models.record import ModelRecord, Traits, check_name
from cnn.models.saving import put_record, save_in
from cnn.models.shipped_model import SHIPPED, shipped_folder
from cnn.reasons import reason
from cnn.settings import settings
from cnn.training.announcements import TrainedModel

# One for all stores: each call of `model_store` makes another one.
_publishing = Lock()

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BrokenModel:
    """A folder among the models that holds no usable model, and why."""

    id: str
    reason: ModelError


@dataclass(frozen=True)
class ModelStore:
    """The models of all visitors, each named by its id.

    Attributes:
        home: the folder that holds them; saving makes it where it is missing.
        shipped: where the shipped model lies when it is not among them; without it, it is not looked for.
    """

    home: Path
    shipped: ModelFolder | None = None

    def folder_of(self, model_id: str) -> ModelFolder:
        """A model's folder; what is in it is not looked at.

        Raises:
            ModelNotFound: there is none.
        """
        # An id may come from a web address: it is a single folder's name and leads nowhere else.
        if re.fullmatch(r"[^\W_][\w-]*", model_id):
            folder = ModelFolder(self.home / model_id)
            if folder.is_there():
                return folder
            if model_id == SHIPPED and self.shipped is not None and self.shipped.is_there():
                return self.shipped
        raise not_found(model_id)

    def record(self, model_id: str) -> ModelRecord:
        """What is known about a model.

        Raises:
            ModelNotFound: there is none.
            ModelBroken: its files cannot be read, with the reason.
        """
        return self.folder_of(model_id).record()

    def models(self, owner: str | None = None) -> list[ModelRecord | BrokenModel]:
        """The models that everybody sees, published ones among them, and those of `owner`.

        The shipped one comes first, then the newest, and the broken ones last.

        Raises:
            ModelError: the folder exists and cannot be read.
        """
        found = self.everyones()
        seen = [
            model
            for model in found
            if isinstance(model, ModelRecord) and (model.owner in (None, owner) or model.published)
        ]
        seen.sort(key=lambda model: (model.id != SHIPPED, -model.created.timestamp()))
        return [*seen, *(model for model in found if isinstance(model, BrokenModel))]

    def usable(self, owner: str | None = None) -> list[ModelRecord]:
        """Those of `models`, in their order, without the broken ones; raises as it does."""
        return [model for model in self.models(owner) if isinstance(model, ModelRecord)]

    def everyones(self) -> list[ModelRecord | BrokenModel]:
        """All models of all owners, in no order: for upkeep, never for a visitor.

        Raises:
            ModelError: as `models`.
        """
        found: list[ModelRecord | BrokenModel] = []
        for folder in self._folders():
            try:
                found.append(folder.record())
            except ModelError as error:
                found.append(BrokenModel(folder.path.name, error))
        return found

    def save(
        self, name: str, trained: TrainedModel, owner: str | None = None, **traits: Unpack[Traits]
    ) -> ModelRecord:
        """Keep a trained network under a name; whole or not at all.

        A visitor's models get a folder each, also under one name. Without an owner, a model takes the
        place of the one of that name. Takes and raises what `save_in` does.
        """
        name = check_name(name)
        model_id = _slug(name) if owner is None else self._free_id(name)
        return save_in(ModelFolder(self.home / model_id), name, trained, owner, **traits)

    def rename(self, model_id: str, name: str, owner: str | None) -> ModelRecord:
        """Give one's own model another name; its id stays.

        Raises:
            ModelNameError: the name cannot be.
            ModelError: it belongs to somebody else.
            ModelNotFound, ModelBroken: as `record`.
            ModelNotSaved: the disk is full or the folder cannot be written.
        """
        return self._change(model_id, owner, name=check_name(name))

    def publish(self, model_id: str, name: str, owner: str | None) -> ModelRecord:
        """Let everybody see and use one's own model, under a name that nobody else's bears there.

        Raises:
            ModelNameError: the name cannot be, or another model that everybody sees has it.
            ModelError, ModelNotFound, ModelBroken, ModelNotSaved: as `rename`.
        """
        name = check_name(name)
        with _publishing:
            others = (model for model in self.usable() if model.id != model_id)
            if name.casefold() in {(model.published or model.name).casefold() for model in others}:
                raise ModelNameError(
                    N_("Another model is published as {name!r} already. Choose another name."), name=name
                )
            return self._change(model_id, owner, published=name)

    def withdraw(self, model_id: str, owner: str | None) -> ModelRecord:
        """Take one's own model back from the others; it stays one's own.

        Raises:
            ModelError, ModelNotFound, ModelBroken, ModelNotSaved: as `rename`.
        """
        return self._change(model_id, owner, published=None)

    def delete(self, model_id: str, owner: str | None) -> None:
        """Remove one's own model.

        Raises:
            ModelNotFound: there is none of that id.
            ModelError: it belongs to somebody else, came with the project, or cannot be removed.
            ModelBroken: its record cannot be read, so nobody knows whose it is.
        """
        folder = self.folder_of(model_id)
        record = folder.record()
        if record.owner != owner or model_id == SHIPPED:
            raise ModelError(
                N_("The model {name!r} is not yours. Only its owner can delete it."), name=record.name
            )
        try:
            atomic.remove(folder.path)
            _log.info("model %s is deleted", record.id)
        except OSError as error:
            raise ModelError(
                N_("The model {name!r} could not be deleted: {reason}. Allow writing in {folder}."),
                name=record.name,
                reason=reason(error),
                folder=str(folder.path.parent),
            ) from error

    def _change(self, model_id: str, owner: str | None, **changes: str | None) -> ModelRecord:
        """One's own model with another record."""
        folder = self.folder_of(model_id)
        before = folder.record()
        if before.owner != owner:
            raise ModelError(
                N_("The model {name!r} is not yours. Only its owner can change it."), name=before.name
            )
        record = before.model_copy(update=changes)
        put_record(folder, record)
        _log.info("model %s is changed: %s", record.id, changes)
        return record

    def _folders(self) -> list[ModelFolder]:
        try:
            found = {path.name: ModelFolder(path) for path in self.home.iterdir() if path.is_dir()}
        except FileNotFoundError:
            found = {}
        except OSError as error:
            raise ModelError(
                N_("The folder of the models, {folder}, cannot be read: {reason}."),
                folder=str(self.home),
                reason=reason(error),
            ) from error
        if self.shipped is not None and self.shipped.is_there():
            found.setdefault(SHIPPED, self.shipped)
        return [folder for name, folder in sorted(found.items()) if not name.startswith(".")]

    def _free_id(self, name: str) -> str:
        while True:
            model_id = f"{_slug(name)}-{secrets.token_hex(3)}"
            if not (self.home / model_id).exists():
                return model_id


def model_store() -> ModelStore:
    """The models of the settings' folder, with the shipped one also where it lies elsewhere."""
    return ModelStore(settings().models_dir, shipped_folder())


def _slug(name: str) -> str:
    """The name as a folder's: letters and digits of any script, small, joined by "-"."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", name.lower())).strip("-")
