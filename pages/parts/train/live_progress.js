// Bars that follow a training. It asks how the training stands, hands on what others show of it, and has the page
// run again only where more has changed than they show.
const PATIENCE_MS = 10_000, BETWEEN_RERUNS_MS = 1500;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live-progress");
  root.stop?.();
  root.innerHTML = '<div class="all"></div><small></small><p role="status"></p>';
  const [list, line, heard] = root.children;
  const show = ({ bars, pace, spoken }) => {
    while (list.children.length > bars.length) list.lastElementChild.remove();
    bars.forEach(([share, text], index) => {
      const [label, track] = (list.children[index] ?? list.appendChild(made())).children;
      label.textContent = text;
      track.setAttribute("aria-valuenow", Math.round(100 * share));
      track.setAttribute("aria-label", text);
      track.firstElementChild.style.width = `${100 * share}%`;
    });
    line.textContent = pace;
    // Whoever does not see the bars hears of each epoch, not of every half second.
    if (heard.textContent !== spoken) heard.textContent = spoken;
  };
  const made = () => {
    const bar = document.createElement("div");
    bar.innerHTML = '<span></span><div class="track" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>';
    return bar;
  };

  let asking = null, told = 0;
  const look = async () => {
    if (document.hidden || asking) return;
    asking = new AbortController();
    const patience = setTimeout(() => asking.abort(), PATIENCE_MS);
    let now;
    try {
      const answer = await fetch(new URL(data.address, document.baseURI), { signal: asking.signal });
      now = answer.ok ? await answer.json() : null;
    } catch (error) {
      // The server is away or the page is left; where it comes back, so does the next answer.
      if (!(error instanceof TypeError || error.name === "AbortError")) throw error;
      return;
    } finally {
      clearTimeout(patience);
      asking = null;
    }
    // Whoever keeps no cookie is not known at this address; the page itself still knows them.
    if (now?.shown !== data.now.shown && performance.now() - told > BETWEEN_RERUNS_MS) {
      told = performance.now();
      setTriggerValue("changed", told);
    }
    if (now) {
      show(now);
      dispatchEvent(new CustomEvent("cnn-training", { detail: { training: data.training, ...now } }));
    }
  };
  show(data.now);
  reveal(data.shown);
  const timer = setInterval(look, data.every);
  document.addEventListener("visibilitychange", look);
  root.stop = () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    asking?.abort();
  };
  return root.stop;
}
