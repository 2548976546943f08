"""Sends notifications like those in other libraries' test suites, typed anew, to the gateway's webhook.

Python's `json.dumps` writes them: it escapes as Meta does, and has blanks where serde has none. Python's
`hmac` signs them.
"""

import hashlib
import hmac
import json
import urllib.request

from checks import PHONE, WABA, Checks, control, equal
from gateway import APP_SECRET, VERIFY_TOKEN, post, serving

checks = Checks("gateway")
ARABIC = "\u0625\u064a\u0642\u0627\u0641 \U0001f319"


def notification(value, field="messages", **entry):
    changes = [{"value": value, "field": field}]
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, **entry, "changes": changes}]}


def about_messages(**value):
    metadata = {"display_phone_number": "15550783881", "phone_number_id": PHONE}
    return notification({"messaging_product": "whatsapp", "metadata": metadata, **value})


def status(name, **more):
    return {
        "id": "wamid.HBgMOTY2NTUxMjM0NTY3FQIAERgSNEFENjIwODRGMkZBMTYzMkRFAA==",
        "status": name,
        "timestamp": "1698266945",
        "recipient_id": "966551234567",
        **more,
    }


def message(kind, content, sender="966551234567", **more):
    inbound = {"id": "wamid.xyzxyz=", "timestamp": "1697043223", "type": kind, kind: content, **more}
    contact = {"profile": {"name": ARABIC}}
    if sender:
        inbound["from"] = contact["wa_id"] = sender
    else:
        inbound["from_user_id"] = contact["user_id"] = "SA.13491208655302741918"
    return about_messages(contacts=[contact], messages=[inbound])


CBP = {"billable": True, "pricing_model": "CBP", "category": "authentication"}
PMP = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "authentication"}
CONVERSATION = {"id": "7270432eae37498234f4444b35ffc5", "origin": {"type": "authentication"}}
FAILURE = {
    "code": 131026,
    "title": "Message undeliverable",
    "message": "Message undeliverable",
    "error_data": {"details": ARABIC},
    "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
}
OUR_SIDE = {"from": "15550783881", "id": "wamid.asked="}
TEMPLATE = {"message_template_id": 12345678, "message_template_name": "otp_code", "message_template_language": "ar"}

SHAPES = {
    "a status with its conversation": about_messages(statuses=[
        status("sent", pricing=CBP, conversation={**CONVERSATION, "expiration_timestamp": "1698339900"})]),
    "a status without a conversation": about_messages(statuses=[status("delivered", pricing=PMP)]),
    "a status with contacts": about_messages(
        contacts=[{"profile": {"name": ARABIC}, "wa_id": "966551234567", "user_id": "SA.1"}],
        statuses=[status("read", recipient_user_id="SA.1")]),
    "a status of a user without a number": about_messages(
        statuses=[{**status("delivered", recipient_user_id="SA.1"), "recipient_id": ""}]),
    "a failure": about_messages(statuses=[status("failed", errors=[FAILURE])]),
    "an unknown status": about_messages(statuses=[status("teleported", novelty={"a": [1]})]),
    "an error without a message": about_messages(errors=[{"code": 130429, "title": "Rate limit hit"}]),
    "a text": message("text", {"body": ARABIC}),
    "a text of a user without a number": message("text", {"body": "STOP"}, sender=None),
    "a template's button": message("button", {"payload": "STOP", "text": "STOP"}, context=OUR_SIDE),
    "a button": message(
        "interactive", {"type": "button_reply", "button_reply": {"id": "STOP", "title": "STOP"}}, context=OUR_SIDE),
    "a reaction": message("reaction", {"message_id": "wamid.x=", "emoji": "\U0001f62e"}),
    "a removed reaction": message("reaction", {"message_id": "wamid.x="}),
    "a forwarded picture": message(
        "image", {"mime_type": "image/jpeg", "sha256": "46+8g=", "id": "1"}, context={"forwarded": True}),
    "a location": message("location", {"latitude": 24.71, "longitude": 46.67}),
    "an unsupported message": about_messages(messages=[{
        "from": "966551234567", "id": "wamid.x=", "timestamp": "1697043223", "type": "unsupported",
        "errors": [{"code": 131051, "title": "Message type unknown"}]}]),
    "a changed number, without contacts": about_messages(messages=[{
        "from": "966551234567", "id": "wamid.x=", "timestamp": "1753851315", "type": "system",
        "system": {"body": ARABIC, "wa_id": "966551234568", "type": "user_changed_number"}}]),
    "a changed user id, without a number": about_messages(messages=[{
        "id": "wamid.x=", "timestamp": "1753851315", "type": "system", "system": {
            "body": ARABIC, "user_id": "MX.2", "previous_user_id": "CO.1", "type": "user_changed_user_id"}}]),
    "an approved template": notification(
        {"event": "APPROVED", **TEMPLATE, "reason": None}, "message_template_status_update", time=1698268000),
    "a disabled template": notification(
        {"event": "DISABLED", **TEMPLATE, "reason": "NONE", "disable_info": {"disable_date": "1698268000"}},
        "message_template_status_update", time=1698268000),
    "a restricted account": notification(
        {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1641330498}]},
        "account_update", time=1641330498),
    "an account's tier": notification(
        {"event": "VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info": {
            "tier_update_time": 1743451903, "pricing_category": "UTILITY", "tier": "25000001:50000000"}},
        "account_update", time=1743451903),
    "an unknown field": notification({"anything": ARABIC}, "weather_update", time=1743451903),
}  # fmt: skip


def signed(body, secret=APP_SECRET):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}


control("POST", "/reset")
with serving() as gateway:
    url = f"{gateway.url}/webhooks/whatsapp"

    with checks.check("answers the handshake"):
        query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY_TOKEN}"
        with urllib.request.urlopen(f"{url}?{query}") as answer:
            equal((answer.status, answer.read()), (200, b"1158201444"))

    # This comes before the shapes, which opt people out, disable a template and restrict the account.
    with checks.check("applies receipts in any order"):
        sent = gateway.send("+966501110001")
        calls = control("GET", f"/calls?biz_opaque_callback_data={sent}")["calls"]
        wamid = calls[0]["wamid"]
        for name, expected in [("read", "Read"), ("delivered", "Read"), ("sent", "Read")]:
            body = json.dumps(about_messages(statuses=[{**status(name, pricing=PMP), "id": wamid}])).encode()
            equal(post(url, body, signed(body))[0], 200)
            equal(gateway.status_of(sent), expected)

    with checks.check("refunds a failure"):
        before = gateway.command("subscription", "list", "--account", gateway.account)
        sent = gateway.send("+966501110002")
        failed = {**status("failed", errors=[FAILURE]), "biz_opaque_callback_data": sent}
        body = json.dumps(about_messages(statuses=[failed])).encode()
        equal(post(url, body, signed(body))[0], 200)
        equal(gateway.status_of(sent), "Failed")
        after = gateway.command("subscription", "list", "--account", gateway.account)
        equal(after[0]["remainingCredits"], before[0]["remainingCredits"])

    def send_after(words, at):
        stranger = "966501110003"
        inbound = message("text", {"body": words}, stranger, id=f"wamid.{at}=", timestamp=at)
        body = json.dumps(inbound).encode()
        equal(post(url, body, signed(body))[0], 200)
        return gateway.post("/SendMessage", {"otpCode": "482913", "toPhoneE164": f"+{stranger}"})

    with checks.check("sends nothing after STOP in Arabic, until START"):
        status_code, refused = send_after("\u0625\u064a\u0642\u0627\u0641", "1697043223")
        equal((status_code, refused["errorMessage"]), (400, "RecipientOptedOut"))
        equal(send_after("START", "1697043224")[0], 200)

    for name, shape in SHAPES.items():
        with checks.check(f"accepts {name}"):
            body = json.dumps(shape).encode()
            equal(post(url, body, signed(body))[0], 200)

    for name, headers in [
        ("another secret", lambda body: signed(body, "another")),
        ("the signature of the unescaped text", lambda body: signed(json.dumps(
            json.loads(body), ensure_ascii=False).encode())),
        ("the signature of the text without blanks", lambda body: signed(json.dumps(
            json.loads(body), separators=(",", ":")).encode())),
        ("no signature", lambda body: {"content-type": "application/json"}),
    ]:  # fmt: skip
        with checks.check(f"refuses {name}"):
            body = json.dumps(SHAPES["a failure"]).encode()
            equal(post(url, body, headers(body))[0], 403)

checks.end()
