// The first layer's filters, which change while a training runs.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".live-filters");
  root.stop?.();
  root.innerHTML = "<div></div><small></small>";
  root.lastElementChild.textContent = data.caption;
  let shown = "";
  const show = (picture) => {
    if (picture && picture !== shown) root.firstElementChild.innerHTML = shown = picture;
  };
  const hear = ({ detail }) => detail.training === data.training && show(detail.filters);
  show(data.picture);
  addEventListener("cnn-training", hear);
  root.stop = () => removeEventListener("cnn-training", hear);
  return root.stop;
}
