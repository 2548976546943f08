// Builds the mailboxes: the list of addresses, and the mails of one. The HTML of a mail is shown in a
// frame without scripts, which loads nothing; everything else is inserted through textContent.

import { texts } from "./texts.js";
import { element, isolated, time } from "./view.js";

/** Returns one line of the list of mailboxes. */
export function mailboxEntry(address, latest, isCurrent) {
  return element(
    "li",
    {},
    element(
      "a",
      { href: `#${encodeURIComponent(address)}`, "aria-current": isCurrent ? "true" : null },
      isolated(address, "number"),
      time(latest.received_at),
      element("span", { className: "snippet", dir: "auto" }, latest.subject),
    ),
  );
}

/** Returns the mailbox of one address, with its latest mail first. */
export function mailboxScreen(address, mails) {
  return element(
    "section",
    { className: "mailbox", "aria-labelledby": "mailbox-address" },
    element("h2", { id: "mailbox-address" }, `${texts.mailsTo} `, isolated(address)),
    mails.length
      ? element("ol", { className: "mails" }, ...mails.map(mailItem).reverse())
      : element("p", { className: "none" }, texts.noMails),
  );
}

function mailItem(mail) {
  const { lang, dir } = document.documentElement;
  const inItsLanguage = { lang: mail.language || lang, dir: mail.language ? mail.dir : "auto" };
  return element(
    "li",
    {},
    element(
      "article",
      { className: "mail", "data-id": String(mail.id) },
      element("h3", inItsLanguage, mail.subject),
      element(
        "p",
        { className: "meta", lang, dir },
        `${texts.from} `,
        mail.from.name ? element("bdi", {}, mail.from.name) : null,
        " ",
        isolated(mail.from.address ?? mail.envelope.from),
        " ",
        time(mail.received_at),
      ),
      mail.has_html
        ? element("iframe", {
            src: `control/mails/${mail.id}/html`,
            title: `${texts.asHtml}: ${mail.subject}`,
            // Without a value every freedom is taken away.
            sandbox: "",
            loading: "lazy",
          })
        : null,
      element(
        "details",
        { open: !mail.has_html },
        element("summary", {}, texts.plainText),
        element("pre", { ...inItsLanguage, tabIndex: 0 }, mail.text),
      ),
    ),
  );
}
