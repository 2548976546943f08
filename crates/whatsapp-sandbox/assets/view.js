// Builds what the page shows. Everything that comes from a message goes in through textContent,
// so a message cannot become markup.

import { behaviour, texts, timeOfDay } from "./texts.js";

/** Makes an element with properties and children; strings become text. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (property in made && property !== "list") made[property] = value;
    else made.setAttribute(property, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A number or code: always left to right, whatever stands around it. */
export function isolated(text, className) {
  return element("bdi", { dir: "ltr", className: className ?? "" }, text);
}

function time(receivedAt) {
  const moment = new Date(receivedAt);
  const { dir, lang } = document.documentElement;
  return element("time", { dateTime: receivedAt, title: moment.toLocaleString(), dir, lang }, timeOfDay(moment));
}

/** One line of the list of phones. */
export function phoneEntry(number, latest, isCurrent) {
  return element(
    "li",
    {},
    element(
      "a",
      { href: `#${number}`, "aria-current": isCurrent ? "true" : null },
      isolated(number, "number"),
      time(latest.received_at),
      element("span", { className: "snippet", lang: tag(latest.language), dir: latest.dir }, latest.body),
    ),
  );
}

/** One message bubble. */
export function bubble(message, onCopy) {
  const body = element("p", { className: "body" });
  for (const part of message.parts) {
    body.append(part.kind === "parameter" ? element("bdi", { className: "parameter" }, part.text) : part.text);
  }
  // Language and direction are the message's; the bubble itself stays on the page's own side.
  const content = element(
    "div",
    { lang: tag(message.language), dir: message.dir },
    message.code === null ? null : element("p", { className: "code" }, isolated(message.code)),
    body,
    element(
      "p",
      { className: "meta" },
      element("span", { className: "footer" }, message.footer ?? ""),
      time(message.received_at),
    ),
  );
  if (message.button !== null) {
    const button = element("button", { type: "button", className: "copy" }, message.button);
    button.addEventListener("click", () => onCopy(message, button));
    content.append(button);
  }
  const article = element("article", { className: "bubble", "data-id": String(message.id) }, content);
  return element("li", {}, article);
}

/** The screen of one phone. */
export function phoneScreen(number, messages, onCopy) {
  const latest = messages.at(-1);
  return element(
    "section",
    { className: "phone", "aria-labelledby": "phone-number" },
    element(
      "header",
      { className: "bar" },
      element("h2", { id: "phone-number" }, isolated(number)),
      latest
        ? element("p", {}, `${texts.from} `, element("bdi", {}, latest.from.name), " ", isolated(latest.from.number))
        : null,
    ),
    messages.length
      ? element(
          "ol",
          { className: "chat", tabIndex: 0, "aria-label": `${texts.messagesOf} ${number}` },
          ...messages.map((message) => bubble(message, onCopy)),
        )
      : element("p", { className: "none" }, texts.empty),
  );
}

/** What to do first, and the table of test numbers. */
export function guide(hasPhones, tests, accounts) {
  const wire = tests.filter((test) => test.code === null);
  const refused = tests.filter((test) => test.code !== null);
  const account = accounts[0];
  const facts = element("dl", { className: "facts" });
  if (account) {
    facts.append(
      element("dt", {}, texts.phoneNumberId),
      element("dd", {}, isolated(account.phone_number_ids[0] ?? "")),
      element("dt", {}, texts.account),
      element("dd", {}, isolated(account.waba_id)),
    );
  }
  return element(
    "section",
    { className: "guide" },
    element("h2", {}, hasPhones ? texts.guideAgain : texts.guideTitle),
    element("p", {}, texts.guideHow),
    element("p", { className: "address" }, isolated(new URL(".", document.baseURI.split(/[?#]/)[0]).href.replace(/\/$/, ""))),
    facts,
    element("h3", {}, texts.numbersTitle),
    element("p", {}, texts.numbersHow),
    table(wire),
    element("details", {}, element("summary", {}, `${texts.showErrors} (${refused.length})`), table(refused)),
  );
}

function table(tests) {
  const rows = tests.map((test) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, isolated(test.number)),
      test.code === null
        ? element("td", {}, behaviour(test))
        : element("td", {}, `${texts.refused(test)} `, element("bdi", { lang: "en" }, test.title)),
    ),
  );
  return element(
    "table",
    {},
    element(
      "thead",
      {},
      element("tr", {}, element("th", { scope: "col" }, texts.number), element("th", { scope: "col" }, texts.happens)),
    ),
    element("tbody", {}, ...rows),
  );
}

/** Meta writes `en_US` where the web writes `en-US`. */
function tag(language) {
  return language.replace("_", "-");
}
