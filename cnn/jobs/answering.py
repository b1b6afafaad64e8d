"""What runs in the process that answers. Importable without Keras, which is loaded where the work is done."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cnn.jobs.failures import answer_failed, raising_own_errors
from cnn.models.folder import ModelFolder

if TYPE_CHECKING:
    from cnn.network.classifier import Classifier

RESIDENT_MODELS = 16
"""How many compiled models an answering process keeps; the least recently used leaves first."""


class Answering:
    """The resident actor of an answering process."""

    @raising_own_errors(answer_failed)
    def load(self, folder: ModelFolder) -> None:
        """Load and compile a model, so that its first answer is as quick as any."""
        _classifier(folder)

    @raising_own_errors(answer_failed)
    def ask(self, method: str, folder: ModelFolder, *arguments: Any) -> Any:
        """What the classifier of a model gives.

        Args:
            method: of `cnn.network.classifier.Classifier`, by its name: the app cannot import that class.
            folder: the model's.
            *arguments: for the method.
        """
        return getattr(_classifier(folder), method)(*arguments)


def _classifier(folder: ModelFolder) -> "Classifier":
    # The modification time is part of the key: a model saved again under its name is another one.
    return _compiled(*folder.stamped())


@lru_cache(RESIDENT_MODELS)
def _compiled(folder: ModelFolder, _modified_ns: int) -> "Classifier":
    from cnn.network.classifier import Classifier

    return Classifier(folder.record(), folder.keras_path())
