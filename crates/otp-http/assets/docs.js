// The forms of the API reference: they call this server. Without a script the page has no forms and is
// complete otherwise.

const key = document.getElementById("key");
const keyForm = document.getElementById("key-form");
keyForm.hidden = false;
// The field has no action of its own, and Enter in it must not reload the page.
keyForm.addEventListener("submit", (event) => event.preventDefault());

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  form.querySelector("[data-copy]").addEventListener("click", () => copyAsCurl(form));
}

/** Returns the request that the form describes, with a path that begins with a slash. */
function request(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  let body;
  for (const field of form.querySelectorAll("[data-in]")) {
    const value = field.value.trim();
    if (field.dataset.in === "body") body = value;
    else if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value));
    else if (value !== "") query.set(field.name, value);
  }
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if ("needsKey" in form.dataset) headers["X-Api-Key"] = key.value.trim();
  const suffix = query.size > 0 ? `?${query}` : "";
  return { method: form.dataset.method, path: path + suffix, headers, body };
}

async function send(form) {
  const outcome = form.querySelector(".outcome");
  const answer = form.querySelector(".answer");
  const { method, path, headers, body } = request(form);
  outcome.className = "outcome";
  outcome.textContent = "Sending…";
  answer.hidden = true;
  const begin = performance.now();
  try {
    const response = await fetch(path, { method, headers, body, cache: "no-store" });
    const text = await response.text();
    const milliseconds = Math.round(performance.now() - begin);
    const replayed = response.headers.has("Idempotent-Replayed") ? ", an earlier answer repeated" : "";
    outcome.textContent = `${response.status} ${response.statusText}, ${milliseconds} ms${replayed}`;
    outcome.classList.add(response.ok ? "is-good" : "is-bad");
    answer.textContent = indented(text);
    answer.hidden = text === "";
  } catch {
    outcome.textContent = "No answer: the server cannot be reached, or the key has a character that no header may have.";
    outcome.classList.add("is-bad");
  }
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Copies the request as a command for a shell. The key stays out: `$KEY` stands for it. */
async function copyAsCurl(form) {
  const { method, path, headers, body } = request(form);
  const words = [`curl -X ${method} ${quoted(location.origin + path)}`];
  for (const [name, value] of Object.entries(headers)) {
    words.push(name === "X-Api-Key" ? '-H "X-Api-Key: $KEY"' : `-H ${quoted(`${name}: ${value}`)}`);
  }
  if (body !== undefined) words.push(`-d ${quoted(body)}`);
  words.push("-w '\\n'");
  const outcome = form.querySelector(".outcome");
  outcome.className = "outcome";
  try {
    await navigator.clipboard.writeText(words.join(" "));
    outcome.textContent = "Copied. Set KEY to your API key before you run it.";
  } catch {
    // Browsers offer the clipboard only to local pages and pages on HTTPS.
    const answer = form.querySelector(".answer");
    answer.textContent = words.join(" ");
    answer.hidden = false;
    outcome.textContent = "The browser did not allow copying. The command:";
  }
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
