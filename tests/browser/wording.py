"""What a page says, and what of it is in a language of another page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.everywhere import BUSY

NAMES = re.compile(
    r"""\b(
    English | Language | MNIST | Fashion | CIFAR | UCI | NIST | Keras | TensorBoard | ReLU | RMSprop | CSV
    | adam | fast | shipped | softmax | relu | linear | ln | valid | same | py | ipynb | npz | PNG | JPEG
    | MB | conv\d+ | dense\d+ | [0-9a-f]{4}(?=…)
    | momentum | Conv2D | MaxPool\w* | AveragePool\w* | BatchNorm\w* | Dropout | Flatten | Dense | max | px
    )\b""",
    re.VERBOSE | re.ASCII,
)
"""What is called alike in Korean: data sets, Keras's classes and arguments, recipes, formats, hashes."""

_WRITTEN = """() => {
  const shown = document.querySelector(".stApp").cloneNode(true);
  // Icons are words in a font of pictures; code is Python.
  const others = "style, script, code, pre, [data-testid*=Icon], span[role=img]";
  shown.querySelectorAll(others).forEach(element => element.remove());
  const names = ["alt", "aria-label", "placeholder", "title"];
  const spoken = [...shown.querySelectorAll("*")].flatMap(
    element => names.map(name => element.getAttribute(name) ?? ""));
  const parts = [];
  const walk = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) parts.push(walk.currentNode.data);
  return [...parts, ...spoken, document.title].join("\\n");
}"""


def written(page: Page, language: str) -> str:
    """All that a page says, once its language is told."""
    # The script that puts Streamlit's own words into the language comes by itself, a moment later.
    expect(page.locator("html")).to_have_attribute("lang", language, timeout=BUSY)
    return str(page.evaluate(_WRITTEN))


def strays(text: str) -> set[str]:
    """English words that stand in a Korean text by themselves, neither names nor glosses in brackets."""
    without_glosses = re.sub(r"([가-힣])\n?(?:\(|, )[A-Za-z][A-Za-z0-9 -]*\)", r"\1", text)
    return set(re.findall(r"[A-Za-z]{2,}", NAMES.sub("", without_glosses)))
