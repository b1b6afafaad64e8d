// Blocks in a row, each over its layer's name and shape.
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".network-picture");
  list.setAttribute("aria-label", data.label);
  list.hidden = false;
  list.innerHTML = data.blocks
    .map(({ picture, title, shape }) => `<div>${picture}<span>${title}</span><small>${shape}</small></div>`)
    .join("");
}
