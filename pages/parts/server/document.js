// Streamlit says some words in English by itself. As long as this is here, they are put into the page's
// language as they come; when it goes, they come back.
const ATTRIBUTES = ["alt", "aria-label", "placeholder", "title"];

const NUMBERS = /[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?/g;
// What the app says is in the language already, and a visitor's own name may be one of the words.
const OURS = ".stMarkdown, .stHtml, .stText, code";

// In `words` a "#" stands for any number; those of the text take the places of its own words, in their order.
const said = (text, words) => {
  const numbers = text.match(NUMBERS) ?? [];
  return words.get(text.replace(NUMBERS, "#"))?.replace(/#/g, () => numbers.shift());
};

// Where a button belongs to a table, its name is "Search: the table's name".
const say = (text, words) => {
  const [first] = text.split(":", 1);
  const own = said(first, words);
  return said(text, words) ?? (own === undefined ? text : own + text.slice(first.length));
};

const translate = (element, words) => {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name) ?? "";
    const own = say(text, words);
    if (own !== text) element.setAttribute(name, own);
  }
  if (element.closest(OURS)) return;
  for (const child of element.childNodes) {
    if (child.nodeType !== Node.TEXT_NODE) continue;
    const own = say(child.data, words);
    if (own !== child.data) child.data = own;
  }
};

const translateAll = (element, words) => {
  translate(element, words);
  element.querySelectorAll("*").forEach((inner) => translate(inner, words));
};

export default ({ data, parentElement }) => {
  parentElement.endLanguage?.();
  const { language, words } = data;
  const root = document.documentElement;
  const before = root.lang;
  const there = new Map(Object.entries(words));
  const back = new Map([...there].map(([english, own]) => [own, english]));
  const watch = new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const changed = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      if (changed) translate(changed, there);
      for (const added of addedNodes) if (added.nodeType === Node.ELEMENT_NODE) translateAll(added, there);
    }
  });
  root.lang = language;
  translateAll(document.body, there);
  watch.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
  parentElement.endLanguage = () => {
    watch.disconnect();
    translateAll(document.body, back);
    root.lang = before;
    parentElement.endLanguage = undefined;
  };
  return parentElement.endLanguage;
};
