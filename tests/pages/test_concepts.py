"""The page of concepts, by AppTest; what the browser computes is tested in a browser."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.errors import TrainingDiverged
from cnn.insight import metrics
from cnn.insight.answers import Answer, answer_from
from cnn.insight.numpy_layers import KERNELS
from cnn.jobs import evaluation_cache, queue
from cnn.models.store import model_store
from cnn.settings import settings
from cnn.training.announcements import Epoch
from pages.parts.concepts import mnist, overfitting, pooling, shifted_digits
from pages.parts.widgets import placeholders
from pages.parts.widgets.numerals import significant
from tests.networks import digits, keep_small, small_config, trained
from tests.pages.conftest import OWNER
from tests.pages.local import LocalWorkers
from tests.pages.opened import html
from tests.sections import SECTIONS


def sure_of(digit: int) -> Answer:
    """The answer of a network that is quite sure."""
    outputs = np.full(10, 0.01)
    outputs[digit] = 0.91
    return answer_from(outputs)


@pytest.fixture
def read_as(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the two pictures of the section on pooling are read as; a test may change it."""
    digits_read = [7, 7]
    played = SimpleNamespace(answers=lambda _folder, _images: [sure_of(each) for each in digits_read])
    monkeypatch.setattr(pooling, "workers", lambda: played)
    return digits_read


@pytest.fixture
def open_section(visit: Callable[[str], AppTest], read_as: list[int]) -> Callable[[str], AppTest]:
    """Opens a section."""

    def opened(name: str) -> AppTest:
        page = visit("concepts")
        return page.button_group(key="concept").set_value(name).run()

    return opened


def told(page: AppTest) -> str:
    """All that the page says in words."""
    return " ".join(element.value for element in (*page.markdown, *page.caption))


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_says_what_to_look_for_and_leads_on(open_section, name):
    """Each opens without an error, says what to look for, and links to the real network's page."""
    page = open_section(name)
    assert not page.exception
    assert not page.error
    assert "Look for:" in told(page)
    assert page.get("page_link")


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_works_with_the_digits_that_stand_in(open_section, monkeypatch, name):
    """Without MNIST, every section shows the UCI digits."""
    monkeypatch.setattr("cnn.data.datasets.load", lambda _name: digits())
    page = open_section(name)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize(("asked", "opened"), [("scores", "scores"), ("nothing", "convolution")])
def test_the_address_opens_a_section(visit, asked, opened):
    """A link to a section opens it; one to none opens the first."""
    page = visit("draw")
    page.query_params["section"] = asked
    page.switch_page("pages/concepts.py").run()
    assert page.button_group(key="concept").value == opened


def test_a_section_that_is_picked_stands_in_the_address(open_section):
    """And an address that has changed since, as the browser went back, opens its own."""
    page = open_section("scores")
    page.button_group(key="concept").set_value("pooling").run()
    assert page.query_params["section"] == "pooling"
    page.query_params["section"] = "scores"
    page.run()
    assert page.button_group(key="concept").value == "scores"
    del page.query_params["section"]
    page.run()
    assert page.button_group(key="concept").value == "convolution"


def test_who_comes_back_finds_the_section(open_section):
    """It is open again, and the address names it again."""
    page = open_section("pooling")
    page.session_state["visit"] = "another"
    del page.query_params["section"]
    page.run()
    assert page.button_group(key="concept").value == "pooling"
    assert page.query_params["section"] == "pooling"


def test_a_kernel_is_taken_and_edited(open_section):
    """Taking a kernel fills in its weights; changing one makes it a kernel of one's own."""
    page = open_section("convolution")
    page.button_group(key="kernel_taken").set_value("blur").run()
    fields = [page.number_input(key=f"kernel_{row}_{column}") for row in range(3) for column in range(3)]
    assert [field.value for field in fields] == pytest.approx(KERNELS["blur"].ravel().tolist())
    page.number_input(key="kernel_1_1").set_value(5.0).run()
    assert page.button_group(key="kernel_taken").value is None
    assert page.number_input(key="kernel_1_1").value == 5
    assert not page.exception


def test_an_emptied_weight_is_zero(open_section, monkeypatch):
    """Whoever clears a field has not asked for the lowest number that it takes."""
    kernels = []
    monkeypatch.setattr(
        "pages.parts.concepts.convolution.arithmetic",
        lambda layers, *_args, **_options: kernels.append(layers[0].kernel[..., 0, 0]),
    )
    page = open_section("convolution")
    page.number_input(key="kernel_0_0").set_value(None).run()
    assert kernels[0][0].tolist() == [1, 1, 1]
    assert kernels[-1][0].tolist() == [0, 1, 1]


def test_what_a_stride_does_not_reach_is_told(open_section):
    """The last rows and columns, where too few are left for another step; and nothing where none are."""
    page = open_section("convolution")
    page.slider(key="stride").set_value(4).run()
    assert "1 row and column at the end is too few for another step." in told(page)
    page.slider(key="stride").set_value(1).run()
    assert "too few for another step" not in told(page)
    # With the zeros on both sides, 30 pixels: the window's last step ends one before the last.
    page.selectbox(key="padding").select("zeros").run()
    page.slider(key="stride").set_value(2).run()
    assert "1 row and column at the end" in told(page)
    page.selectbox(key="padding").select("same").run()
    assert "too few for another step" not in told(page)


def test_a_small_field_has_its_share(open_section):
    """One pixel of 784 is not none of the image."""
    page = open_section("receptive_field")
    page.slider(key="field_depth").set_value(1)
    page.select_slider(key="field_kernel").set_value(1)
    page.slider(key="field_pool").set_value(1).run()
    assert "**1 × 1** pixels, 0.1% of the image" in told(page)


def test_a_pull_that_is_as_good_as_none_has_no_sign(open_section):
    """Neither +0.00 nor −0.00 stands where nothing is left to learn."""
    page = open_section("scores")
    page.slider(key="score_1").set_value(5.0)
    page.slider(key="score_4").set_value(-5.0)
    page.slider(key="score_7").set_value(-5.0).run()
    assert html(page).count("<td>0.00</td>") == 3
    assert "+0.00" not in html(page)


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0.2594965, 4, "0.2595"),
        (1.0, 4, "1"),
        (0.99990920, 7, "0.9999092"),
        (2.27e-5, 4, "2.27 · 10⁻⁵"),
        (-1.5e12, 4, "−1.5 · 10¹²"),
        (0.0, 4, "0"),
    ],
)
def test_a_number_has_its_significant_digits(value, digits, written):
    """However small or large; so that who takes the logarithm of one gets the other."""
    assert significant(value, digits) == written


def test_the_loss_is_that_of_the_probability_that_is_shown(open_section):
    """At both ends of the sliders, −ln of the one number is the other to the digits shown."""
    page = open_section("scores")
    for low, high in ((-5.0, 5.0), (5.0, -5.0)):
        page.slider(key="score_1").set_value(low)
        page.slider(key="score_4").set_value(high)
        page.slider(key="score_7").set_value(high).run()
        said = re.search(r"−ln\((.*?)\) = \*\*(.*?)\*\*", told(page))
        assert said is not None
        share, loss = (
            float(re.sub(r" · 10⁻(.)", lambda power: f"e-{'⁰¹²³⁴⁵⁶⁷⁸⁹'.index(power[1])}", number))
            for number in said.groups()
        )
        assert -np.log(share) == pytest.approx(loss, rel=1e-3)


def test_stride_and_padding_give_the_size_by_the_formula(open_section):
    """The size and the numbers in the formula follow the sliders."""
    page = open_section("convolution")
    assert "**26 × 26 pixels come out**" in told(page)
    page.selectbox(key="padding").select("same").run()
    assert "**28 × 28 pixels come out**" in told(page)
    page.slider(key="stride").set_value(2).run()
    assert "⌊(28 + 1 − 3) / 2⌋ + 1 = 14. An odd number of zeros" in told(page)
    page.selectbox(key="padding").select("zeros").run()
    page.slider(key="padding_zeros").set_value(3).run()
    assert "⌊(28 + 6 − 3) / 2⌋ + 1 = 16" in told(page)
    assert "An odd number" not in told(page)


def test_an_own_drawing_can_be_convolved(open_section):
    """What was drawn last can be chosen, in every section that shows an image."""
    page = open_section("convolution")
    page.session_state["drawing"] = np.eye(28, dtype=np.float32)
    page.session_state["looked_at"] = {"kind": "drawing"}
    page.run()
    assert page.button_group(key="image_kind").value == "drawing"
    assert not page.exception


@pytest.mark.parametrize("size", [2, 4, 7])
def test_pooling_keeps_less_and_forgives_a_pixel(open_section, size):
    """Fewer numbers stay, and after a shift by a pixel they are more alike than the images are."""
    page = open_section("pooling")
    page.slider(key="pool_size").set_value(size).run()
    assert f"**{(28 // size) ** 2} of 784 numbers stay**" in told(page)
    before, after = map(int, re.findall(r"\*\*(\d+)%\*\*", told(page)))
    assert after > before
    assert html(page).count("alt=") == 4


@pytest.mark.parametrize(
    ("second", "said"), [(7, "reads **7** in both: 91.0%"), (1, "shifted **1** (91.0%)")]
)
def test_it_is_said_whether_a_shifted_digit_reads_the_same(open_section, read_as, second, said):
    """The shipped network is asked about both pictures, and what it reads stands there."""
    read_as[1] = second
    assert said in told(open_section("pooling"))


def test_the_convolution_does_not_grow_with_the_image(open_section):
    """A larger image changes the dense layer's parameters and not the convolution's."""
    page = open_section("shared_weights")
    assert "16,981,120" in html(page)
    assert ">320<" in html(page)
    page.slider(key="shared_side").set_value(64).run()
    assert "16,981,120" not in html(page)
    assert ">320<" in html(page)


def test_a_receptive_field_grows_until_nothing_is_left(open_section):
    """The table tells each step; where a layer no longer fits, the page says so and shows the others."""
    page = open_section("receptive_field")
    page.slider(key="field_pool").set_value(1).run()
    page.slider(key="field_depth").set_value(2).run()
    assert "**5 × 5** pixels" in told(page)
    page.slider(key="field_stride").set_value(3).run()
    page.slider(key="field_depth").set_value(8).run()
    assert "smaller than the next window" in page.warning[0].value
    assert html(page).count("Convolution</th>") == 3
    assert not page.exception


def test_scores_become_a_loss(open_section):
    """The probabilities and the loss that are told are those of the scores."""
    page = open_section("scores")
    for name in ("1", "4", "7"):
        page.slider(key=f"score_{name}").set_value(1.5)
    page.run()
    assert html(page).count("</span>33.3%") == 3
    assert f"**{np.log(3):.3f}**" in told(page)
    page.slider(key="relu").set_value(-2.0).run()
    assert "max(0, −2.0) = **0.0**" in told(page)


HISTORY = (Epoch(1, 0.5, 0.8, 0.4, 0.9, 3.0), Epoch(2, 0.1, 0.99, 0.6, 0.88, 6.0))


def finish(workers, config) -> None:
    """End the visitor's training of a configuration with a saved model."""
    [job] = [each.id for each in queue.training_queue().of(OWNER) if each.config.recipe == config.recipe]
    workers.finish(job, trained(config=config, history=HISTORY))


def test_two_trainings_tell_of_overfitting(open_section, workers):
    """Both are queued with one button, watched, and told with their curves; later visits find them again."""
    page = open_section("overfitting")
    page.button(key="overfitting_start").click().run()
    queued = queue.training_queue().of(OWNER)
    assert [each.config.recipe for each in queued] == ["without-dropout", "with-dropout"]
    assert all(each.config.train_images == 500 for each in queued)
    assert not [button for button in page.button if button.key == "overfitting_start"]
    finish(workers, overfitting.WITHOUT)
    finish(workers, overfitting.WITH)
    page.run()
    assert "Without dropout: after 2 epochs, training loss 0.100 and test loss 0.600" in told(page)
    assert "lowest after epoch 1, at 0.400" in told(page)
    queue.training_queue.cache_clear()
    page = open_section("overfitting")
    assert "With dropout: after 2 epochs" in told(page)
    page.button(key="overfitting_start").click().run()
    assert {each.config.seed for each in queue.training_queue().of(OWNER)} == {1}


def test_too_many_trainings_are_refused_in_a_sentence(open_section, workers):
    """At the visitor's limit the page says so, begins neither, and stays."""
    room_for_one = settings().trainings_per_visitor - 1
    for _ in range(room_for_one):
        queue.training_queue().submit(OWNER, trained().config)
    page = open_section("overfitting")
    page.button(key="overfitting_start").click().run()
    assert "trainings waiting or running" in page.error[0].value
    assert len(queue.training_queue().of(OWNER)) == room_for_one
    assert not page.exception


def test_a_failed_training_is_told(open_section, workers):
    """What ended one of the two is read, and both can be begun again."""
    page = open_section("overfitting")
    page.button(key="overfitting_start").click().run()
    job = queue.training_queue().of(OWNER)[0].id
    workers.fail(job, TrainingDiverged("The loss became nan."))
    finish(workers, overfitting.WITH)
    page.run()
    assert "Without dropout: The loss became nan." in page.error[0].value
    assert page.button(key="overfitting_start")


@pytest.fixture
def two_networks(models_dir, monkeypatch):
    """A dense and a convolutional network of this visitor's, which answer in this process."""
    from cnn.network.classifier import Classifier
    from cnn.network.fitting import fit

    class Answering(LocalWorkers):
        def answer(self, folder, image):
            return Classifier(folder.record(), folder.keras_path()).classify(image)

    played = Answering()
    for module in (shifted_digits, placeholders):
        monkeypatch.setattr(module, "workers", lambda: played)
    for recipe, layers in (
        ("dense", shifted_digits.DENSE),
        ("convolutional", shifted_digits.CONVOLUTIONAL),
    ):
        config = small_config(recipe=recipe, layers=layers, epochs=8, batch_size=50)
        model_store().save(recipe, fit(config, digits()), owner=OWNER)


def test_shifted_digits_are_read_by_both(open_section, two_networks):
    """Beside the shifted digit stand both answers; over many, the convolutional one is right more often."""
    page = open_section("shifted_digits")
    page.slider(key="shift_right").set_value(2).run()
    assert not page.exception
    assert html(page).count('class="bars"') == 2
    page.button(key="shifted_accuracies_begin").click().run()
    assert not page.exception
    said = re.search(r"Dense network \*\*([\d.]+)%\*\*, Convolutional network \*\*([\d.]+)%\*\*", told(page))
    assert said is not None
    dense, convolutional = map(float, said.groups())
    assert convolutional > dense


def test_where_a_digit_was_moved_is_said(open_section, two_networks):
    """In words for each direction, and none for one in which it stays."""
    page = open_section("shifted_digits")
    page.slider(key="shift_right").set_value(-3)
    page.slider(key="shift_down").set_value(0).run()
    assert "Shifted: 3 px to the left." in told(page)
    page.slider(key="shift_right").set_value(1)
    page.slider(key="shift_down").set_value(-8).run()
    assert "Shifted: 1 px to the right, 8 px up." in told(page)
    page.slider(key="shift_right").set_value(0)
    page.slider(key="shift_down").set_value(0).run()
    assert "Not shifted." in told(page)


def test_doubtful_labels_are_found(open_section, models_dir, monkeypatch, tmp_path):
    """On request the page shows the images that are surely read otherwise, with label and what was read."""
    record = keep_small(models_dir)
    made = evaluation_cache.EvaluationCache(LocalWorkers(), tmp_path / "kept")
    monkeypatch.setattr(mnist, "evaluation_cache", lambda: made)
    monkeypatch.setattr(mnist, "SHIPPED", record.id)
    monkeypatch.setattr("cnn.data.datasets.load", lambda _name: digits())
    page = open_section("mnist")
    page.button(key="mnist_doubtful_begin").click().run()
    assert not page.exception
    count = len(metrics.mistakes(made.of(record, digits()).result()))
    shown = min(count, mnist.DOUBTFUL)
    assert f"{shown} of {count} such images" in told(page)
    assert html(page).count("labelled ") >= shown
