"""pywa sends, lists and creates at the sandbox, and raises its own exceptions for Meta's codes."""

import httpx
from pywa import WhatsApp, errors
from pywa.types import Pagination
from pywa.types.templates import (
    AuthenticationBody,
    AuthenticationFooter,
    Buttons,
    CopyCodeOTPButton,
    OneTapOTPButton,
    OTPSupportedApp,
    Template,
    TemplateCategory,
    TemplateLanguage,
    TemplateStatus,
)

from checks import ANYBODY, PHONE, SANDBOX, TEMPLATE, WABA, Checks, codes_on, control, equal

checks = Checks("pywa")
control("POST", "/reset")
wa = WhatsApp(phone_id=PHONE, token="EAAG", waba_id=WABA, session=httpx.Client())
# pywa sets a base URL of its own when it is created, so this comes after it.
wa.api._session.base_url = f"{SANDBOX}/v26.0"


def send(to, language=TemplateLanguage.ENGLISH, code="482913", name=TEMPLATE, **more):
    parameters = [
        AuthenticationBody.params(otp=code),
        CopyCodeOTPButton.params(otp=code),
    ]
    return wa.send_template(to=to, name=name, language=language, params=parameters, **more)


with checks.check("sends a template"):
    for language in (TemplateLanguage.ENGLISH, TemplateLanguage.ARABIC):
        sent = send(ANYBODY, language, tracker="our-id")
        assert sent.id.startswith("wamid."), sent
        equal(sent.status.value, "accepted")
    equal(codes_on(ANYBODY), ["482913", "482913"])
    calls = control("GET", f"/calls?to={ANYBODY}&biz_opaque_callback_data=our-id")["calls"]
    equal(len(calls), 2)

for number, expected in [
    ("12025550120", errors.MessageUndeliverable),
    ("12025550122", errors.TemplateNotExists),
    ("12025550123", errors.TemplatePaused),
    ("12025550125", errors.TemplateParamCountMismatch),
    ("12025550130", errors.TooManyMessages),
    ("12025550131", errors.RateLimitHit),
    ("12025550135", errors.ExpiredAccessToken),
    ("12025550145", errors.WhatsAppError),
    ("12025550168", errors.WhatsAppError),
]:
    with checks.check(f"raises {expected.__name__} for {number}"):
        try:
            send(number)
        except errors.WhatsAppError as error:
            equal(type(error), expected)
            assert error.message and error.fbtrace_id, error
        else:
            raise AssertionError("it raised nothing")

with checks.check("raises TemplateNotExists for a missing language"):
    try:
        send(ANYBODY, TemplateLanguage.FRENCH)
    except errors.TemplateNotExists as error:
        equal(error.raw_response.status_code, 404)
        assert "fr" in error.details, error.details
    else:
        raise AssertionError("it raised nothing")

with checks.check("lists templates page by page"):
    page = wa.get_templates(pagination=Pagination(limit=2))
    equal((len(page), page.has_next, page.total_count), (2, True, 3))
    # By the cursor, because `page.next()` gives TemplatesResult an argument that it does not accept.
    rest = wa.get_templates(pagination=Pagination(limit=2, after=page.after))
    equal((len(rest), rest.has_next), (1, False))
    found = {template.language.value for template in [*page, *rest]}
    equal(found, {"en", "en_US", "ar"})
    for template in [*page, *rest]:
        equal(template.status, TemplateStatus.APPROVED)
        equal(template.category, TemplateCategory.AUTHENTICATION)

with checks.check("lists templates by language and name"):
    arabic = wa.get_templates(name=TEMPLATE, languages=[TemplateLanguage.ARABIC])
    equal([template.language for template in arabic], [TemplateLanguage.ARABIC])
    equal(len(wa.get_templates(name="there_is_none")), 0)

with checks.check("creates a template"):
    created = wa.create_template(
        Template(
            name="interop_code",
            language=TemplateLanguage.ENGLISH_US,
            category=TemplateCategory.AUTHENTICATION,
            message_send_ttl_seconds=300,
            components=[
                AuthenticationBody(add_security_recommendation=True),
                AuthenticationFooter(code_expiration_minutes=5),
                Buttons(buttons=[CopyCodeOTPButton(text="Copy code")]),
            ],
        )
    )
    equal(created.category, TemplateCategory.AUTHENTICATION)
    read = wa.get_template(created.id)
    equal((read.name, read.message_send_ttl_seconds), ("interop_code", 300))
    equal(read.status, TemplateStatus.APPROVED)

with checks.check("creates a template in several languages at once"):
    apps = [OTPSupportedApp(package_name="com.example.app", signature_hash="K8a/AINcGX7")]
    upserted = wa.upsert_authentication_template(
        name="interop_tap",
        languages=[TemplateLanguage.ENGLISH, TemplateLanguage.ARABIC],
        otp_button=OneTapOTPButton(supported_apps=apps),
        add_security_recommendation=True,
        code_expiration_minutes=5,
    )
    equal(len(upserted), 2)
    sent = send(ANYBODY, TemplateLanguage.ARABIC, "771204", name="interop_tap")
    equal(codes_on(ANYBODY)[-1], "771204")

with checks.check("lists the business's numbers"):
    numbers = wa.get_business_phone_numbers()
    equal([number.id for number in numbers], [PHONE])

checks.end()
