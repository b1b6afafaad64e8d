"""Where things live and how much is allowed: one table, read from the environment.

Every setting has the help text that the table in `docs/operate.md` repeats.
`CNN_MODELS_DIR=/srv/models make run` sets one.
"""

from functools import cache
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cnn.errors import ConfigError
from cnn.i18n import N_
from cnn.reasons import mistake

PROJECT = Path(__file__).resolve().parent.parent
CACHE = Path(platformdirs.user_cache_dir("cnn"))


class Settings(BaseSettings):
    """All settings, each with its default."""

    model_config = SettingsConfigDict(env_prefix="CNN_", frozen=True, populate_by_name=True)

    data_dir: Path | None = Field(
        None, description="A folder with mnist.npz, fashion_mnist.npz, cifar10.npz; looked into first."
    )
    models_dir: Path = Field(PROJECT / "models", description="The folder that keeps trained models.")
    cache_dir: Path = Field(CACHE, description="The folder for what can be computed again.")
    work_dir: Path = Field(
        CACHE / "trainings",
        description="The folder where trainings that have not ended keep their last whole epoch.",
    )
    logs_dir: Path = Field(
        PROJECT / "logs",
        description="The folder of the app's log, and of the trainings' TensorBoard logs, one folder each.",
    )
    trainings_at_once: int = Field(
        1, ge=1, le=64, description="How many trainings run at the same time on this machine."
    )
    trainings_per_visitor: int = Field(
        24, ge=1, description="How many trainings one visitor may have waiting or running, a sweep's too."
    )
    keep_runs_days: float | None = Field(
        None,
        gt=0,
        le=36_500,
        description="After so many days an unpublished run is deleted, a TensorBoard log, and an evaluation; "
        "without it, never.",
    )
    keep_runs_gb: float | None = Field(
        None,
        gt=0,
        description="Where unpublished runs take more gigabytes, the oldest are deleted; without it, none.",
    )
    answer_timeout: float = Field(
        60.0, gt=0, description="Seconds that a drawing waits for the answering process before saying so."
    )
    training_memory: float = Field(
        0.5, gt=0, le=1, description="The share of the machine's memory that the training processes may use."
    )
    max_parameters: int = Field(
        20_000_000, ge=1, description="The largest network that may be trained, in parameters."
    )
    max_values: int = Field(
        1_000_000, ge=1, description="The most values that a network's layers may give for one image, in all."
    )
    max_multiply_adds: int = Field(
        1_000_000_000, ge=1, description="The most multiply-adds that a network may need for one image."
    )
    download_timeout: float = Field(
        10.0, gt=0, description="Seconds without a byte after which a download gives up."
    )
    password: SecretStr | None = Field(
        None,
        min_length=4,
        description="Whoever has not given it sees nothing of the app; without one, everybody may.",
    )
    leader_password: SecretStr | None = Field(
        None,
        min_length=8,
        description="Opens `/status`, and the app too; without one, each start makes one and tells it.",
    )
    scheduler_address: str | None = Field(
        None,
        validation_alias="DASK_SCHEDULER_ADDRESS",
        description="An existing Dask cluster that trains instead of this machine, as tcp://host:8786.",
    )
    cluster_ca_file: Path | None = Field(
        None,
        description="For a cluster with TLS: the file of the certificate that vouches for all others.",
    )
    cluster_cert: Path | None = Field(
        None, description="For a cluster with TLS: the file of this app's certificate."
    )
    cluster_key: Path | None = Field(
        None, description="For a cluster with TLS: the file of that certificate's private key."
    )


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        ConfigError: a variable in the environment has no possible value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            N_("The setting {name} is {value!r}: {reason}. Change it in the environment and start again."),
            # The one variable that begins otherwise, DASK_SCHEDULER_ADDRESS, takes any text.
            name=f"CNN_{first['loc'][0]}".upper(),
            value=first["input"],
            reason=mistake(first),
        ) from error
