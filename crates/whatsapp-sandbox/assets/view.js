// Builds the elements of the page. All text of a message is inserted through textContent, so a
// message cannot become markup.

import { description, texts, timeOfDay } from "./texts.js";

const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓", failed: "!" };

/** Returns an element with properties and children; strings become text. */
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

/** Returns a number or code that is read from left to right in any text. */
export function isolated(text, className) {
  return element("bdi", { dir: "ltr", className: className ?? "" }, text);
}

/** Returns the time of day of a message; its title has the date. */
export function time(receivedAt) {
  const moment = new Date(receivedAt);
  const { dir, lang } = document.documentElement;
  return element("time", { dateTime: receivedAt, title: moment.toLocaleString(), dir, lang }, timeOfDay(moment));
}

/** Returns one line of the list of phones. */
export function phoneEntry(number, { latest, optedOut }, isCurrent) {
  return element(
    "li",
    {},
    element(
      "a",
      { href: `#${number}`, "aria-current": isCurrent ? "true" : null },
      isolated(number, "number"),
      time(latest.received_at),
      optedOut ? element("span", { className: "badge" }, texts.optedOut) : null,
      element("span", { className: "snippet", lang: tag(latest.language), dir: latest.dir }, latest.body),
    ),
  );
}

/** Returns the furthest status of a message, because reports arrive in any order. */
export function progress(message) {
  const reached = (status) => message.statuses.find((one) => one.status === status);
  return reached("read") ?? reached("delivered") ?? reached("failed") ?? reached("sent");
}

function ticks(message) {
  const reached = progress(message);
  if (!reached) return null;
  const { status, code } = reached;
  return element(
    "span",
    { className: `ticks is-${status}`, lang: document.documentElement.lang, dir: document.documentElement.dir },
    element("span", { "aria-hidden": "true" }, TICKS[status]),
    ` ${texts[status]}`,
    code ? element("bdi", { dir: "ltr" }, ` ${code}`) : null,
  );
}

/** Returns the bubble of a reply. */
export function replyBubble(reply) {
  return element(
    "li",
    { className: "reply", "data-at": reply.at },
    element(
      "article",
      { className: "bubble" },
      element("p", { className: "body", dir: "auto" }, reply.text),
      element("p", { className: "meta" }, time(reply.at)),
    ),
  );
}

/** Returns the bubble of a message, with its buttons. */
export function bubble(message, { onCopy, onRead }) {
  const body = element("p", { className: "body" });
  for (const part of message.parts) {
    body.append(part.kind === "parameter" ? element("bdi", { className: "parameter" }, part.text) : part.text);
  }
  // The content has the message's language and direction; the bubble stays on the page's own side.
  const content = element(
    "div",
    { lang: tag(message.language), dir: message.dir },
    message.code === null ? null : element("p", { className: "code" }, isolated(message.code)),
    body,
    element(
      "p",
      { className: "meta" },
      element("span", { className: "footer" }, message.footer ?? ""),
      element("span", { className: "when" }, time(message.received_at), ticks(message)),
    ),
  );
  if (message.button !== null) {
    const button = element("button", { type: "button", className: "copy" }, message.button);
    button.addEventListener("click", () => onCopy(message, button));
    content.append(button);
  }
  const article = element("article", { className: "bubble", "data-id": String(message.id) }, content);
  const item = element("li", { "data-at": message.received_at }, article);
  const reached = progress(message)?.status;
  if (reached !== "read" && reached !== "failed") {
    const read = element("button", { type: "button", className: "plain" }, texts.markRead);
    read.addEventListener("click", () => onRead(message));
    item.append(read);
  }
  return item;
}

/** Returns the form in which the person writes a reply. */
function composer(webhook, onReply) {
  const field = element("input", {
    id: "reply",
    type: "text",
    maxLength: 4096,
    required: true,
    autocomplete: "off",
    dir: "auto",
    placeholder: texts.replyHint,
    "aria-label": texts.reply,
  });
  const hidden = element("input", { id: "hidden-number", type: "checkbox" });
  const [stop, start] = [texts.stop, texts.start].map((word) => {
    const button = element("button", { type: "button", className: "chip", lang: texts.requestLanguage }, word);
    button.addEventListener("click", () => onReply(word, hidden.checked));
    return button;
  });
  const form = element(
    "form",
    { className: "composer", "aria-label": texts.reply },
    element(
      "p",
      { className: "choices" },
      stop,
      start,
      element("label", { className: "choice", title: texts.hiddenNumberWhy }, hidden, " ", texts.hiddenNumber),
    ),
    element("p", { className: "line" }, field, element("button", { type: "submit", className: "send" }, texts.send)),
    element("p", { className: "hint" }, texts.webhookState(webhook)),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await onReply(field.value, hidden.checked)) field.value = "";
  });
  return form;
}

/** Returns the messages and replies in the order of their time. */
export function conversation(messages, replies, actions) {
  const items = [...messages.map((one) => bubble(one, actions)), ...replies.map(replyBubble)];
  return items.sort((one, other) => new Date(one.dataset.at) - new Date(other.dataset.at));
}

/** Returns the screen of one phone. */
export function phoneScreen(number, { messages, replies, opted_out: optedOut }, webhook, actions) {
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
    optedOutNote(optedOut),
    messages.length
      ? element(
          "ol",
          { className: "chat", tabIndex: 0, "aria-label": `${texts.messagesOf} ${number}` },
          ...conversation(messages, replies, actions),
        )
      : element("p", { className: "none" }, texts.empty),
    messages.length ? composer(webhook, actions.onReply) : null,
  );
}

/** Returns the note on the phone of a person who wants no messages; hidden on every other phone. */
function optedOutNote(optedOut) {
  const badge = element("strong", {}, texts.optedOut);
  return element("p", { id: "opted-out", className: "opted-out", hidden: !optedOut }, badge, ` ${texts.optedOutWhy}`);
}

/** Returns the command that sends a first message, with a button that copies it. */
function command(text, onCopyCommand) {
  const button = element("button", { type: "button", className: "plain" }, texts.copyCommand);
  button.addEventListener("click", () => onCopyCommand(text, button));
  return element(
    "div",
    { className: "command" },
    element("pre", { dir: "ltr", lang: "en", tabIndex: 0, role: "group", "aria-label": texts.command }, text),
    button,
  );
}

/** Returns a command that sends a message through the sandbox at this address, without a gateway. */
function commandWithoutGateway(address, account) {
  const code = [{ type: "text", text: "482913" }];
  const body = {
    messaging_product: "whatsapp",
    to: "+966551234567",
    type: "template",
    template: {
      name: account.template,
      language: { code: "en" },
      components: [
        { type: "body", parameters: code },
        { type: "button", sub_type: "url", index: "0", parameters: code },
      ],
    },
  };
  return `curl ${address}/v26.0/${account.phoneNumber}/messages -H 'Authorization: Bearer anything' -H 'Content-Type: application/json' -w '\\n' -d '${JSON.stringify(body)}'`;
}

/** Returns the introduction and the tables of test numbers. */
export function guide(hasPhones, tests, account, { onCopyCommand }) {
  const address = new URL(".", document.baseURI.split(/[?#]/)[0]).href.replace(/\/$/, "");
  const { gateway } = account;
  const [wire, refused, lives] = ["wire", "refused", "life"].map((kind) => tests.filter((test) => test.kind === kind));
  const facts = element(
    "dl",
    { className: "facts" },
    element("dt", {}, texts.phoneNumberId),
    element("dd", {}, isolated(account.phoneNumber)),
    element("dt", {}, texts.account),
    element("dd", {}, isolated(account.waba)),
  );
  return element(
    "section",
    { className: "guide" },
    element("h2", {}, hasPhones ? texts.guideAgain : texts.guideTitle),
    element("p", {}, texts.guideHow),
    command(gateway?.command ?? commandWithoutGateway(address, account), onCopyCommand),
    gateway ? element("p", {}, element("a", { href: gateway.docs }, texts.reference)) : null,
    element("p", {}, texts.guideAddress),
    element("p", { className: "address" }, isolated(address)),
    facts,
    element("h3", {}, texts.numbersTitle),
    element("p", {}, texts.numbersHow),
    table(wire),
    element("details", {}, element("summary", {}, `${texts.showErrors} (${refused.length})`), table(refused)),
    element("details", {}, element("summary", {}, `${texts.showLives} (${lives.length})`), table(lives)),
  );
}

function table(tests) {
  const rows = tests.map((test) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, isolated(test.number)),
      test.kind !== "refused"
        ? element("td", {}, description(test))
        : element("td", {}, `${texts.refused(test)} `, element("bdi", { lang: "en" }, test.title)),
    ),
  );
  return element(
    "table",
    {},
    element(
      "thead",
      {},
      element("tr", {}, element("th", { scope: "col" }, texts.number), element("th", { scope: "col" }, texts.result)),
    ),
    element("tbody", {}, ...rows),
  );
}

/** Returns the language tag of the web, `en-US`, for Meta's `en_US`. */
function tag(language) {
  return language.replace("_", "-");
}
