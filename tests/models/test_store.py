"""`cnn.models.store`: saved whole, listed honestly, nobody else's touched."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.errors import ModelBroken, ModelError, ModelNameError, ModelNotFound, ModelNotSaved
from cnn.models.folder import ModelFolder
from cnn.models.record import ModelRecord
from cnn.models.saving import check_place, save_in
from cnn.models.store import BrokenModel, ModelStore, model_store
from tests import strategies
from tests.networks import TRAINED


@pytest.fixture
def store(tmp_path):
    """An empty one."""
    return ModelStore(tmp_path)


def content(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@settings(max_examples=25)
@given(trained=strategies.trained_models, owner=st.none() | st.text(min_size=1, max_size=9))
def test_what_was_saved_is_read_again(trained, owner):
    """Record, network and filters come back as they were, whatever the training was."""
    with tempfile.TemporaryDirectory() as path:
        store = ModelStore(Path(path))
        saved = store.save("A model", trained, owner=owner)
        assert store.record(saved.id) == saved
        folder = ModelFolder(Path(path) / saved.id)
        assert folder == store.folder_of(saved.id)
        assert (saved.config, saved.history, saved.owner) == (trained.config, trained.history, owner)
        assert folder.keras_path().read_bytes() == trained.keras_file
        kept = folder.filters()
        assert kept is None if trained.filters is None else np.array_equal(kept, trained.filters)


def test_a_model_is_a_folder_of_three_files(tmp_path):
    """The files have the names that other programs rely on, and nothing else is left beside them."""
    saved = ModelStore(tmp_path / "new" / "models").save("fast", TRAINED)
    assert content(tmp_path / "new" / "models") == {"fast"}
    folder = tmp_path / "new" / "models" / saved.id
    assert content(folder) == {"model.keras", "record.json", "filters.npz"}
    record = json.loads((folder / "record.json").read_text())
    assert record["recipe"] == "conv32"
    assert record["test_accuracy"] == TRAINED.test_accuracy
    assert record["data_sha256"] == TRAINED.data_sha256
    assert {"python", "keras", "numpy"} <= set(record["versions"])
    assert record["created"].endswith("Z")


def test_two_people_use_one_name(store):
    """The same name by two visitors, and twice by one, gives three models."""
    ids = {store.save("숫자 1", TRAINED, owner=owner).id for owner in ("a", "b", "b")}
    assert len(ids) == 3
    assert all(model_id.startswith("숫자-1-") for model_id in ids)
    assert [m.name for m in store.models("b")] == ["숫자 1", "숫자 1"]
    assert store.models() == []


def test_a_model_of_nobody_is_replaced_by_its_name(store, tmp_path):
    """On the command line, the second training of a recipe takes the first one's place, whole."""
    store.save("fast", TRAINED)
    store.save("fast", replace(TRAINED, test_accuracy=0.5, filters=None))
    assert content(tmp_path) == {"fast"}
    assert content(tmp_path / "fast") == {"model.keras", "record.json"}
    assert store.record("fast").test_accuracy == 0.5


def test_the_list_begins_with_the_shipped_and_the_newest(store, tmp_path):
    """Shipped first, then by date, the broken ones last; everybody's and one's own only."""
    for name, owner in (("older", None), ("shipped", None), ("mine", "me"), ("yours", "you")):
        store.save(name, TRAINED, owner=owner)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "notes.txt").write_text("no model")
    (tmp_path / "a file").write_text("no folder")
    (tmp_path / ".unfinished-x").mkdir()
    listed = store.models("me")
    assert [getattr(model, "name", model.id) for model in listed] == ["shipped", "mine", "older", "foreign"]
    assert isinstance(listed[-1], BrokenModel)
    assert "record.json" in str(listed[-1].reason)


def test_without_a_folder_there_is_no_model(tmp_path):
    """A folder that does not exist yet is empty, not an error."""
    assert ModelStore(tmp_path / "missing").models("me") == []


def test_the_shipped_model_is_found_from_any_models_folder(store):
    """Where `models_dir` is another folder, Draw still has the model that comes with the project."""
    assert model_store().record("shipped").id == "shipped"
    assert "shipped" in [model.id for model in model_store().models()]
    with pytest.raises(ModelNotFound):
        store.record("shipped")
    assert store.models() == []


def _break(folder: Path, how: str) -> None:
    record, network = folder / "record.json", folder / "model.keras"
    match how:
        case "no record":
            record.unlink()
        case "no network":
            network.unlink()
        case "network cut short":
            network.write_bytes(network.read_bytes()[:10])
        case "record cut short":
            record.write_bytes(record.read_bytes()[:100])
        case "record is a list":
            record.write_text("[1, 2]")
        case "record is no text":
            record.write_bytes(b"\xff\xfe\x00")
        case "record nested deeply":
            record.write_text("[" * 200_000)
        case "field missing":
            record.write_text(json.dumps({"name": "x"}))
        case "accuracy is a word":
            values = json.loads(record.read_text())
            record.write_text(json.dumps(values | {"test_accuracy": "good"}))


@pytest.mark.parametrize(
    "how",
    [
        "no record",
        "no network",
        "network cut short",
        "record cut short",
        "record is a list",
        "record is no text",
        "record nested deeply",
        "field missing",
        "accuracy is a word",
    ],
)
def test_a_broken_model_is_listed_with_its_reason(store, tmp_path, how):
    """It breaks nothing: the others are listed, and reading it says which file is to blame."""
    store.save("good", TRAINED)
    bad = store.save("bad", TRAINED)
    assert len(store.models()) == 2
    _break(tmp_path / bad.id, how)
    good, broken = store.models()
    assert isinstance(good, ModelRecord)
    assert isinstance(broken, BrokenModel)
    assert broken.id == "bad"
    with pytest.raises(ModelBroken, match=r"(record\.json|model\.keras)"):
        store.record("bad")
    with pytest.raises(ModelBroken):
        store.folder_of("bad").keras_path()


@given(
    junk=st.binary(max_size=300)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_no_record_at_all_stops_the_list(junk):
    """Whatever the file of the record holds, the list is a list."""
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path) / "bad"
        folder.mkdir()
        (folder / "record.json").write_bytes(junk)
        (folder / "model.keras").write_bytes(strategies.HOLLOW)
        (listed,) = ModelStore(Path(path)).models()
        assert isinstance(listed, BrokenModel)


@given(name=strategies.names)
def test_no_name_leads_out_of_the_folder(name):
    """A name is refused with a sentence, or becomes one folder inside, which its own id finds."""
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path) / "inside"
        for owner in (None, "me"):
            try:
                saved = ModelStore(folder).save(name, TRAINED, owner=owner)
            except ModelNameError:
                continue
            assert (folder / saved.id).is_dir()
            assert ModelStore(folder).record(saved.id) == saved
        assert content(Path(path)) <= {"inside"}


@given(model_id=strategies.names)
def test_no_id_leads_out_of_the_folder(model_id):
    """An id that somebody makes up finds nothing, also where a model stands beside the folder."""
    with tempfile.TemporaryDirectory() as path:
        ModelStore(Path(path)).save("beside", TRAINED)
        inside = Path(path) / "inside"
        inside.mkdir()
        for made_up in (model_id, "../beside", "..", ".", "", "a" * 300, str(Path(path) / "beside")):
            with pytest.raises(ModelNotFound):
                ModelStore(inside).record(made_up)
            with pytest.raises(ModelNotFound):
                ModelStore(inside).delete(made_up, None)


def test_only_the_owner_deletes(store, tmp_path):
    """Others' models, everybody's and the shipped one stay; one's own goes, with nothing left."""
    mine = store.save("mine", TRAINED, owner="me")
    yours = store.save("yours", TRAINED, owner="you")
    store.save("fast", TRAINED)
    store.save("shipped", TRAINED)
    for model_id, owner in ((yours.id, "me"), ("fast", "me"), (mine.id, None), ("shipped", None)):
        with pytest.raises(ModelError, match="not yours"):
            store.delete(model_id, owner)
    store.delete(mine.id, "me")
    assert content(tmp_path) == {yours.id, "fast", "shipped"}
    with pytest.raises(ModelNotFound):
        store.delete(mine.id, "me")


def test_a_file_in_the_folders_place_is_said(tmp_path):
    """Where models cannot be kept, saving and listing say where and why."""
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelNotSaved, match="models"):
        ModelStore(tmp_path / "models").save("fast", TRAINED)
    with pytest.raises(ModelError, match="cannot be read"):
        ModelStore(tmp_path / "models").models()


def test_what_is_no_model_is_never_replaced(store, tmp_path):
    """A folder with something else in it is refused as a model's place, and stays as it is."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(ModelNotSaved, match="no model's folder"):
        store.save("thesis", TRAINED)
    assert content(tmp_path / "thesis") == {"chapter.txt"}


def test_a_full_disk_leaves_the_old_model_and_no_half_one(store, tmp_path):
    """Where writing stops in the middle, the error says so and everything is as before."""
    store.save("fast", TRAINED)
    script = """if True:
        import resource, signal, sys
        from dataclasses import replace
        from pathlib import Path
        from cnn.models.store import ModelStore
        from cnn.errors import ModelNotSaved
        from tests.networks import TRAINED
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            ModelStore(Path(sys.argv[1])).save("fast", replace(TRAINED, keras_file=bytes(200_000)))
        except ModelNotSaved as error:
            print(error)
    """
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], cwd=root, capture_output=True, text=True, check=True
    )
    assert "could not be written" in done.stdout
    assert "File too large" in done.stdout
    assert content(tmp_path) == {"fast"}
    assert store.folder_of("fast").keras_path().read_bytes() == strategies.HOLLOW


@pytest.mark.parametrize("there_before", [False, True], ids=["new", "replaced"])
@pytest.mark.parametrize("write", range(1, 4))
def test_a_disk_that_fills_up_at_any_write_costs_nothing(store, tmp_path, monkeypatch, write, there_before):
    """Whichever of the three files finds no room, the error says so and everything is as before."""
    before = [store.save("fast", TRAINED)] if there_before else []
    writes = iter(range(1, 4))

    def full(_: int) -> None:
        if next(writes) == write:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelNotSaved, match=r"the disk is full.*Make room"):
        store.save("fast", replace(TRAINED, keras_file=b"PK"))
    assert store.models() == before
    assert content(tmp_path) == {model.id for model in before}


def test_a_disk_without_room_for_a_folder_is_said(store, tmp_path, monkeypatch):
    """Where not even a folder can be made, the same sentence comes."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "mkdir", full)
    with pytest.raises(ModelNotSaved, match="the disk is full"):
        store.save("fast", TRAINED)
    assert content(tmp_path) == set()


def test_a_folder_that_was_deleted_is_made_again(tmp_path):
    """Where `models/` has gone meanwhile, nothing is listed but what comes with the project; saving works."""
    folder = tmp_path / "models"
    store = ModelStore(folder)
    store.save("fast", TRAINED)
    shutil.rmtree(folder)
    assert store.models() == []
    saved = store.save("fast", TRAINED)
    assert store.models() == [saved]


def test_broken_filters_are_said(store, tmp_path):
    """A file of filters that is cut short is an error of its own; the model stays usable."""
    saved = store.save("fast", TRAINED)
    path = tmp_path / saved.id / "filters.npz"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ModelBroken, match=r"filters\.npz"):
        store.folder_of(saved.id).filters()
    assert store.record(saved.id) == saved


@pytest.mark.parametrize(
    "strange",
    [
        np.zeros((2, 3, 3, 1), np.float32),
        np.zeros((0, 3, 3, 1, 4), np.float32),
        np.full((2, 3, 3, 1, 4), np.nan, np.float32),
        np.full((2, 3, 3, 1, 4), "x"),
    ],
    ids=["four axes", "no epoch", "no numbers", "texts"],
)
def test_filters_that_are_none_are_said(store, tmp_path, strange):
    """A file from elsewhere whose array is no history of filters is an error of its own."""
    saved = store.save("fast", TRAINED)
    np.savez(tmp_path / saved.id / "filters.npz", filters=strange)
    with pytest.raises(ModelBroken, match=r"filters\.npz"):
        store.folder_of(saved.id).filters()


def test_a_copied_folder_goes_by_its_own_name(store, tmp_path):
    """A model's id is its folder's name, also after somebody copied or renamed the folder."""
    store.save("fast", TRAINED)
    shutil.copytree(tmp_path / "fast", tmp_path / "copy")
    assert store.record("copy").id == "copy"


def test_only_the_owner_renames(store, tmp_path):
    """A new name stays with the model, its id does too; nobody else's name can be changed."""
    mine = store.save("first", TRAINED, owner="me")
    renamed = store.rename(mine.id, "둘째", "me")
    assert store.record(mine.id) == renamed
    assert (renamed.name, renamed.id) == ("둘째", mine.id)
    assert content(tmp_path / mine.id) == {"model.keras", "record.json", "filters.npz"}
    with pytest.raises(ModelError, match="not yours"):
        store.rename(mine.id, "taken over", "you")
    with pytest.raises(ModelNameError):
        store.rename(mine.id, "../x", "me")
    assert store.record(mine.id) == renamed


def test_a_published_model_is_everybodys_until_it_is_withdrawn(store):
    """Others see it under its public name, its owner alone publishes and withdraws it."""
    mine = store.save("first", TRAINED, owner="me")
    assert store.models("you") == []
    published = store.publish(mine.id, " Our best ", "me")
    assert (published.published, published.name) == ("Our best", "first")
    assert store.models("you") == [published]
    for change in (
        lambda: store.publish(mine.id, "taken", "you"),
        lambda: store.withdraw(mine.id, "you"),
    ):
        with pytest.raises(ModelError, match="not yours"):
            change()
    withdrawn = store.withdraw(mine.id, "me")
    assert store.models("you") == []
    assert store.models("me") == [withdrawn]
    assert withdrawn.published is None


def test_two_models_are_not_published_under_one_name(store):
    """A name that somebody's public model bears is refused, however it is written; one's own may stay."""
    first, second = (store.save("m", TRAINED, owner=owner) for owner in ("a", "b"))
    store.publish(first.id, "Champion", "a")
    with pytest.raises(ModelNameError, match="published as 'champion' already"):
        store.publish(second.id, "champion", "b")
    store.publish(first.id, "champion", "a")
    store.save("fast", TRAINED)
    with pytest.raises(ModelNameError, match="already"):
        store.publish(second.id, "Fast", "b")
    with pytest.raises(ModelNameError):
        store.publish(second.id, "../x", "b")


def test_a_model_is_kept_at_any_place(tmp_path):
    """A place of one's own choosing holds the model itself; one that cannot is refused in advance."""
    place = ModelFolder(tmp_path / "new" / "My model.v1")
    saved = save_in(place, "fast", TRAINED)
    assert saved.id == "My model.v1"
    assert place.record() == saved
    check_place(place)
    (tmp_path / "file").write_text("a file")
    for other in (tmp_path / "file", tmp_path / "file" / "inside", tmp_path):
        with pytest.raises(ModelNotSaved):
            check_place(ModelFolder(other))
