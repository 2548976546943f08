// Live: keeps the live parts of a page up to date. It asks for the page itself, so there is no second one to write.
//
// The elements of `[data-live]` are replaced by those of the same id. Of a list, only the number of new rows is said:
// rows never move under a reader's hand (WCAG 2.2, success criterion 2.2.2).

const PERIOD = 5_000;

/// A page that is left open asks no longer than this.
const LONGEST = 10 * 60_000;

/// Returns the rows of a list, by the addresses of their links.
const rows = (root) => {
  const links = root.querySelectorAll("[data-live=list] a[href]");
  return new Set(Array.from(links, (link) => link.getAttribute("href")));
};

/// Says how many rows are new.
const say = (count) => {
  const news = document.querySelector("[data-news]");
  if (!news || count === 0) {
    return;
  }
  const number = document.createElement("bdi");
  number.textContent = String(count);
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = news.dataset.show;
  news.replaceChildren(`${news.dataset.news} `, number, " ", link);
};

/// Puts the live parts of an answer in place of those of the page.
const take = (answer, prepare) => {
  const known = rows(document);
  const unknown = Array.from(rows(answer)).filter((row) => !known.has(row));
  say(unknown.length);
  for (const part of document.querySelectorAll("[data-live]:not([data-live=list])")) {
    const fresh = answer.getElementById(part.id);
    if (fresh) {
      part.replaceWith(fresh);
      prepare(fresh.parentElement);
    }
  }
};

/// Asks for the page again and again, while it is visible. `prepare` does for new parts what was done for the page.
export const keepLive = (prepare) => {
  if (!document.querySelector("[data-live]")) {
    return;
  }
  const end = Date.now() + LONGEST;
  let tag = "";
  const ask = async () => {
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
    if (answer.status === 200) {
      tag = answer.headers.get("etag") ?? "";
      take(new DOMParser().parseFromString(await answer.text(), "text/html"), prepare);
    }
    return answer.ok || answer.status === 304;
  };
  const next = () => setTimeout(turn, PERIOD);
  const turn = async () => {
    if (Date.now() > end) {
      return;
    }
    // Whoever is signed out is led elsewhere: an error, and the end.
    const goesOn = document.visibilityState === "hidden" || (await ask().catch(() => false));
    if (goesOn) {
      next();
    }
  };
  next();
};
