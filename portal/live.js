// Makes the second screen live: looks every few seconds and shows what is otherwise. Nothing moves under somebody's hands. The page works without it.
const everyMs = 4_000;

const show = (id, next) => {
  const [now, then] = [document.getElementById(id), next.getElementById(id)];
  if (now === null || then === null || now.innerHTML === then.innerHTML || now.contains(document.activeElement)) return;
  now.replaceChildren(...[...then.childNodes].map((node) => document.importNode(node, true)));
};

const look = async () => {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      show("live", next);
      show("rest", next);
      if (next.querySelector("script[src]") === null) return;
    } else if (answer.status === 404) return;
  } catch {
    // Looked for again.
  }
  setTimeout(look, everyMs);
};
setTimeout(look, everyMs);
