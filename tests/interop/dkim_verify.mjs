// Verifies the DKIM signatures of a mail with mailauth. Standard input is
// `{"mail": base64, "dns": {name: record}}`; standard output lists a result for each signature.

import { text } from "node:stream/consumers";

import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const { mail, dns } = JSON.parse(await text(process.stdin));

async function resolver(name, type) {
  if (type === "TXT" && dns[name]) return [[dns[name]]];
  throw Object.assign(new Error(`no ${type} at ${name}`), { code: "ENOTFOUND" });
}

const { results } = await dkimVerify(Buffer.from(mail, "base64"), { resolver });
const shown = results.map(({ status, signingDomain, selector, algo }) => ({
  result: status.result,
  comment: status.comment,
  signingDomain,
  selector,
  algo,
}));
console.log(JSON.stringify(shown));
