"""heyoo sends to the sandbox. Its messages have no `recipient_type`."""

import logging

from heyoo import WhatsApp

from checks import ANYBODY, PHONE, SANDBOX, TEMPLATE, Checks, codes_on, control, equal

checks = Checks("heyoo")
# heyoo logs every error from Meta.
logging.disable(logging.CRITICAL)
control("POST", "/reset")
messenger = WhatsApp("EAAG", phone_number_id=PHONE)
messenger.url = f"{SANDBOX}/v14.0/{PHONE}/messages"


def send(to, language="en_US"):
    code = [{"type": "text", "text": "482913"}]
    components = [
        {"type": "body", "parameters": code},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
    ]
    return messenger.send_template(TEMPLATE, to, components, language)


with checks.check("sends a template"):
    answer = send(ANYBODY)
    assert answer["messages"][0]["id"].startswith("wamid."), answer
    equal(answer["contacts"], [{"input": ANYBODY, "wa_id": ANYBODY}])
    equal(codes_on(ANYBODY), ["482913"])

with checks.check("returns Meta's error"):
    error = send("12025550130")["error"]
    equal((error["code"], error["error_data"]["messaging_product"]), (131056, "whatsapp"))

checks.end()
