"""pywa's webhook server receives the sandbox's webhooks: it checks token and signature, and reads the rest."""

import logging
import urllib.error
import urllib.request
from queue import Queue

import fastapi
import httpx
from pywa import WhatsApp
from pywa.types import AccountUpdate, CallbackButton, Message, MessageStatus, TemplateStatusUpdate
from pywa.types.templates import AuthenticationBody, CopyCodeOTPButton, TemplateLanguage, TemplateStatus

from checks import PHONE, SANDBOX, TEMPLATE, WABA, Checks, control, equal, serve, wait_for_webhooks

checks = Checks("pywa webhooks")
control("POST", "/reset")
app = fastapi.FastAPI()
wa = WhatsApp(
    phone_id=PHONE,
    token="EAAG",
    waba_id=WABA,
    session=httpx.Client(),
    server=app,
    webhook_endpoint="/hook",
    verify_token="a token",
    app_secret="a secret",
)
wa.api._session.base_url = f"{SANDBOX}/v26.0"
# The checks provoke its refusals on purpose.
logging.getLogger("pywa").setLevel(logging.CRITICAL)
statuses, messages, buttons, templates, accounts = (Queue() for _ in range(5))


@wa.on_message_status
def on_status(_: WhatsApp, status: MessageStatus):
    statuses.put(status)


@wa.on_message
def on_message(_: WhatsApp, message: Message):
    messages.put(message)


@wa.on_callback_button
def on_button(_: WhatsApp, button: CallbackButton):
    buttons.put(button)


@wa.on_template_status_update
def on_template(_: WhatsApp, update: TemplateStatusUpdate):
    templates.put(update)


@wa.on_account_update
def on_account(_: WhatsApp, update: AccountUpdate):
    accounts.put(update)


def send(to):
    parameters = [
        AuthenticationBody.params(otp="482913"),
        CopyCodeOTPButton.params(otp="482913"),
    ]
    sent = wa.send_template(
        to=to, name=TEMPLATE, language=TemplateLanguage.ENGLISH, params=parameters, tracker=f"for {to}"
    )
    return sent.id


def life(to, count):
    """Sends a message, and returns its id and this many statuses."""
    sent = send(to)
    return sent, [statuses.get(timeout=20) for _ in range(count)]


def answer_to(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


with serve(app) as url:
    with checks.check("answers the handshake"):
        receiver = {"url": f"{url}/hook", "app_secret": "a secret", "verify_token": "a token"}
        control("PUT", "/webhook", receiver)
        shown = control("GET", "/webhook?verified=true&timeout_ms=20000")
        equal(shown["handshake"]["state"], "verified")
        wrong = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=another"
        equal(answer_to(f"{url}/hook?{wrong}"), 403)

    with checks.check("reads sent, delivered and read, with price and tracker"):
        sent, lived = life("12025550173", 3)
        equal([status.status.value for status in lived], ["sent", "delivered", "read"])
        for status in lived:
            equal((status.id, status.tracker), (sent, "for 12025550173"))
            equal((status.from_user.wa_id, status.metadata.phone_number_id), ("12025550173", PHONE))
            assert status.from_user.bsuid.startswith("US."), status
            equal(status.from_user.name, "Sara \u0633\u0627\u0631\u0629 \U0001f319")
            equal(status.conversation, None)
        prices = [status.pricing for status in lived]
        equal([price is not None for price in prices], [True, True, False])
        equal((prices[0].category.value, prices[0].model.value), ("authentication", "PMP"))
        equal((prices[0].billable, prices[0].type.value), (True, "regular"))

    with checks.check("reads a failure with its code"):
        _, lived = life("12025550180", 2)
        equal([status.status.value for status in lived], ["sent", "failed"])
        equal((lived[1].error.code, lived[1].pricing), (131026, None))
        equal(type(lived[1].error).__name__, "MessageUndeliverable")

    with checks.check("accepts a failure without contacts, although it cannot read it"):
        # pywa requires `contacts`; other sources say that Meta leaves it out of failures. pywa passes
        # such an update to its raw handlers only, and answers 200.
        _, lived = life("12025550189", 1)
        equal(lived[0].status.value, "sent")
        delivered = wait_for_webhooks(1, status="failed", outcome="delivered", wamid=lived[0].id)
        assert "contacts" not in delivered[0]["body"], delivered
        assert statuses.empty(), "pywa can read it now: change this check"

    with checks.check("reads STOP, typed by a person with a user id only"):
        life("12025550191", 2)
        message = messages.get(timeout=20)
        equal((message.text, message.from_user.wa_id), ("STOP", None))
        assert message.from_user.bsuid.startswith("US."), message

    with checks.check("reads STOP in Arabic"):
        life("12025550194", 2)
        message = messages.get(timeout=20)
        equal(message.text, "\u0625\u064a\u0642\u0627\u0641")
        equal(message.from_user.wa_id, "12025550194")

    with checks.check("reads the STOP button of a template, and the id of the message"):
        sent, _ = life("12025550192", 2)
        button = buttons.get(timeout=20)
        equal((button.title, button.reply_to_message.id), ("STOP", sent))

    with checks.check("refuses wrong and absent signatures"):
        for number in ("12025550198", "12025550199"):
            send(number)
        refused = wait_for_webhooks(6, outcome="given_up")
        codes = {webhook["http_status"] for webhook in refused}
        assert codes <= {401, 403, 422}, codes
        assert statuses.empty(), "it accepted a request without a valid signature"

    with checks.check("reads the new status of a template"):
        paused = {"name": TEMPLATE, "language": "ar", "status": "PAUSED"}
        control("PUT", "/templates", paused)
        update = templates.get(timeout=20)
        equal((update.template_name, update.template_language), (TEMPLATE, TemplateLanguage.ARABIC))
        equal(update.new_status, TemplateStatus.PAUSED)

    with checks.check("reads a restriction of an account"):
        value = {"event": "ACCOUNT_RESTRICTION", "phone_number": "15550783881", "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1795000000}]}
        control("POST", "/webhook/events", {"field": "account_update", "value": value})
        equal(accounts.get(timeout=20).event.value, "ACCOUNT_RESTRICTION")

    with checks.check("accepts a report about a number, which it does not read"):
        value = {"display_phone_number": "15550783881", "event": "FLAGGED", "current_limit": "TIER_1K"}
        control("POST", "/webhook/events", {"field": "phone_number_quality_update", "value": value})
        wait_for_webhooks(1, field="phone_number_quality_update", outcome="delivered")

    for override, set_it, unset_it in [
        (f"{WABA}/subscribed_apps", wa.override_waba_callback_url, wa.delete_waba_callback_url),
        (f"{PHONE}/webhook_configuration", wa.override_phone_callback_url, wa.delete_phone_callback_url),
    ]:
        with checks.check(f"redirects webhooks by {override}, and back"):
            before = control("GET", "/webhooks")["total"]
            assert set_it(f"{url}/hook?by=override", "a token").success
            _, lived = life("12025550173", 3)
            equal([status.status.value for status in lived], ["sent", "delivered", "read"])
            equal(len(wait_for_webhooks(3, receiver=override, outcome="delivered")), 3)
            equal(control("GET", "/webhooks")["total"], before)
            assert unset_it().success
            life("12025550173", 3)
            equal(control("GET", "/webhooks")["total"], before + 3)

    control("DELETE", "/webhook")

checks.end()
