// Keeps the page current: the list of phones, the screen of the chosen phone, and the stream of
// events. The URL's fragment names the chosen phone, so reloading and going back work.

import { mailboxEntry, mailboxScreen } from "./mail.js";
import { isArabic, texts } from "./texts.js";
import { bubble, guide, phoneEntry, phoneScreen, progress, replyBubble } from "./view.js";

const MAX_PHONES = 200;
const MAX_MESSAGES = 50;
/** More phones than this get a search field. */
const MAX_WITHOUT_SEARCH = 10;

const main = document.getElementById("main");
const list = document.getElementById("phones");
const noPhones = document.getElementById("no-phones");
const connection = document.getElementById("connection");
const announcer = document.getElementById("announcer");
const search = document.getElementById("search");
const searchField = document.getElementById("search-field");
const found = document.getElementById("found");

/** The mails by address, oldest first; the mailbox with the newest comes first. */
let mailboxes = new Map();
/** The latest message by number, and whether the person opted out; the newest phone comes first. */
let phones = new Map();
let tests = [];
let account = null;

const actions = { onCopy: copy, onCopyCommand: copyCommand, onRead: markRead, onReply: sendReply };

translate();
window.addEventListener("hashchange", showMain);
searchField.addEventListener("input", showList);
await Promise.all([loadTests(), loadPhones(), loadMails()]);
await showMain();
listen();

function translate() {
  document.title = texts.title;
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = texts[node.dataset.text];
  }
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", texts[node.dataset.label]);
  }
  const other = document.getElementById("language-link");
  other.lang = other.hreflang = isArabic ? "en" : "ar";
  other.textContent = isArabic ? "English" : "العربية";
  // The chosen phone stays when the language changes.
  other.addEventListener("click", () => {
    other.href = `?lang=${isArabic ? "en" : "ar"}${location.hash}`;
  });
  other.href = `?lang=${isArabic ? "en" : "ar"}`;
}

async function loadJson(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function postJson(path, body) {
  const response = await fetch(path, { method: "POST", body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function loadTests() {
  const [numbers, overview] = await Promise.all([loadJson("control/test-numbers"), loadJson("control")]);
  tests = numbers.numbers;
  account = {
    waba: overview.waba_id,
    phoneNumber: overview.phone_number_ids[0],
    template: overview.template,
    gateway: overview.gateway,
  };
}

async function loadPhones() {
  const loaded = await loadJson("control/phones");
  phones = new Map(
    loaded.phones.map(({ number, latest, opted_out: optedOut }) => [number, { latest, optedOut }]),
  );
  showList();
}

async function loadMails() {
  const { mails } = await loadJson("control/mails");
  mailboxes = new Map();
  for (const mail of mails) addMail(mail);
  showList();
}

function addMail(mail) {
  for (const to of mail.envelope.to) {
    const address = to.toLowerCase();
    const before = mailboxes.get(address) ?? [];
    if (before.some((other) => other.id === mail.id)) continue;
    mailboxes.delete(address);
    mailboxes = new Map([[address, [...before, mail].slice(-MAX_MESSAGES)], ...mailboxes]);
  }
}

/** The address of the chosen mailbox, if it is one. */
function chosenMailbox() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  return fragment.includes("@") ? fragment : null;
}

function chosen() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  if (fragment === "guide" || fragment.includes("@")) return null;
  if (fragment.startsWith("+")) return fragment;
  return phones.keys().next().value ?? null;
}

function showList() {
  const current = chosen();
  const focused = document.activeElement?.closest?.(".phones li a")?.getAttribute("href");
  search.hidden = phones.size <= MAX_WITHOUT_SEARCH;
  const sought = search.hidden ? "" : searchField.value.trim();
  const matching = [...phones].filter(([number, phone]) => matches(number, phone, sought));
  const entries = matching.slice(0, MAX_PHONES);
  list.replaceChildren(...entries.map(([number, phone]) => phoneEntry(number, phone, number === current)));
  const mailbox = chosenMailbox();
  const boxes = [...mailboxes].slice(0, MAX_PHONES);
  document
    .getElementById("mailboxes")
    .replaceChildren(...boxes.map(([address, mails]) => mailboxEntry(address, mails.at(-1), address === mailbox)));
  document.getElementById("mailboxes-section").hidden = mailboxes.size === 0;
  found.textContent = sought === "" ? "" : texts.found(matching.length, phones.size);
  noPhones.hidden = phones.size > 0;
  // The list was rebuilt; the keyboard focus stays where it was.
  if (focused) document.querySelector(`.phones li a[href="${CSS.escape(focused)}"]`)?.focus();
  const guideLink = document.getElementById("guide-link");
  if (current === null && mailbox === null) guideLink.setAttribute("aria-current", "page");
  else guideLink.removeAttribute("aria-current");
}

/** Whether a phone's number has these digits, or its latest message this text. An empty text matches. */
function matches(number, { latest }, sought) {
  const latin = sought.replace(/[\u0660-\u0669]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x630));
  const digits = latin.replace(/[+()\s-]/g, "");
  const isNumber = /^\d+$/.test(digits);
  return (isNumber && number.includes(digits)) || latest.body.toLowerCase().includes(latin.toLowerCase());
}

async function showMain() {
  const number = chosen();
  showList();
  const mailbox = chosenMailbox();
  if (mailbox !== null) {
    main.replaceChildren(mailboxScreen(mailbox, mailboxes.get(mailbox) ?? []));
    delete main.dataset.number;
    return;
  }
  if (number === null) {
    main.replaceChildren(guide(phones.size > 0, tests, account, actions));
    delete main.dataset.number;
    return;
  }
  const [loaded, webhook] = await Promise.all([loadJson(`${phonePath(number)}/messages`), loadJson("control/webhook")]);
  // Another phone may have been chosen while this one was loading.
  if (chosen() !== number) return;
  main.replaceChildren(phoneScreen(number, loaded, webhook, actions));
  main.dataset.number = number;
  scrollToEnd();
}

function phonePath(number) {
  return `control/phones/${encodeURIComponent(number)}`;
}

function listen() {
  const events = new EventSource("control/events");
  connection.textContent = texts.connecting;
  events.addEventListener("ready", () => {
    connection.textContent = texts.live;
    connection.classList.add("is-live");
    reload();
  });
  events.addEventListener("reload", reload);
  events.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  events.addEventListener("status", (event) => update(JSON.parse(event.data)));
  events.addEventListener("reply", (event) => showReply(JSON.parse(event.data)));
  events.addEventListener("mail", (event) => receiveMail(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    connection.textContent = texts.connecting;
    connection.classList.remove("is-live");
  });
}

async function reload() {
  try {
    await Promise.all([loadPhones(), loadMails()]);
    await showMain();
  } catch (error) {
    // The server is unreachable. The stream reports when it is back, and then this runs again.
    console.warn(error);
  }
}

function receive({ number, message }) {
  const before = chosen();
  const optedOut = phones.get(number)?.optedOut ?? false;
  phones = new Map([[number, { latest: message, optedOut }], ...[...phones].filter(([other]) => other !== number)]);
  // A phone that is shown only because it was the newest stays on the screen.
  if (before !== null && location.hash === "") history.replaceState(null, "", `#${before}`);
  announcer.textContent = `${texts.arrived} ${number}`;
  const chat = main.querySelector(".chat");
  if (chosen() === number && before === number && chat) {
    if (!chat.querySelector(`[data-id="${message.id}"]`)) chat.append(bubble(message, actions));
    while (chat.children.length > MAX_MESSAGES) chat.firstElementChild.remove();
    showList();
    scrollToEnd();
  } else if (chosen() !== before || chosen() === number) {
    showMain();
  } else {
    showList();
  }
}

function receiveMail({ mail }) {
  addMail(mail);
  const addresses = mail.envelope.to.map((to) => to.toLowerCase());
  announcer.textContent = `${texts.arrived} ${addresses.join(" ")}`;
  if (addresses.includes(chosenMailbox())) showMain();
  else showList();
}

/** Rebuilds the bubble of a message with a new status. */
function update({ number, message }) {
  if (main.dataset.number !== number) return;
  const old = main.querySelector(`.chat [data-id="${message.id}"]`)?.closest("li");
  if (!old) return;
  const focused = old.contains(document.activeElement);
  const made = bubble(message, actions);
  old.replaceWith(made);
  // The keyboard focus stays where it was.
  if (focused) (made.querySelector("button") ?? main.querySelector(".chat")).focus();
  const { status } = progress(message);
  if (status !== "sent") announcer.textContent = `${number}: ${texts[status]}`;
}

function showReply({ number, reply }) {
  const phone = phones.get(number);
  if (phone && phone.optedOut !== reply.opted_out) {
    phone.optedOut = reply.opted_out;
    if (phone.optedOut) announcer.textContent = `${number}: ${texts.optedOut}`;
    showList();
  }
  const chat = main.querySelector(".chat");
  if (main.dataset.number !== number || !chat) return;
  chat.append(replyBubble(reply));
  document.getElementById("opted-out").hidden = !reply.opted_out;
  scrollToEnd();
}

/** Marks a message as read. The stream brings the new status. Marking it twice is harmless, so the
    button stays enabled and keeps the keyboard focus. */
async function markRead(message) {
  try {
    await postJson(`${phonePath(main.dataset.number)}/messages/${message.id}/read`);
  } catch (error) {
    announcer.textContent = texts.failedRequest;
    console.warn(error);
  }
}

async function sendReply(text, onlyUserId) {
  try {
    await postJson(`${phonePath(main.dataset.number)}/replies`, { text, only_user_id: onlyUserId });
    return true;
  } catch (error) {
    announcer.textContent = texts.failedRequest;
    console.warn(error);
    return false;
  }
}

function copy(message, button) {
  return copyWith(button, message.code, message.button);
}

function copyCommand(command, button) {
  return copyWith(button, command, texts.copyCommand);
}

/** Copies the text and says so on the button, which has its label back after two seconds. */
async function copyWith(button, text, label) {
  const copied = (await copyText(text)) ? texts.copied : texts.copyFailed;
  announcer.textContent = copied;
  button.textContent = copied;
  setTimeout(() => {
    button.textContent = label;
  }, 2000);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers offer the clipboard only to local pages and pages on HTTPS.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr-only";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}

function scrollToEnd() {
  const chat = main.querySelector(".chat");
  if (chat) chat.scrollTop = chat.scrollHeight;
}
