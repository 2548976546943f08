# What error answers say in `description`; the keys are the codes of the API.
# `CoolingDown-message` is the cooldown's `errorMessage`, to the letter of the API's documentation.

TooManyRequests = Too many requests from this IP address. Wait for the time given in Retry-After and try again.
ApiKeyIsRequired = The X-Api-Key header is missing or empty. Send your API key in it.
ApiKeyNotFound = No active API key matches the one in X-Api-Key. Check it for typing errors, or create a new one.
ApiKeyExpired = The API key has passed its expiry date. Create a new one.
UnsupportedMediaType = The body must be JSON, uncompressed, with the header Content-Type: application/json.
RequestBodyTooLarge = The body is larger than 16 KiB.
RequestTimeout = The body did not arrive in time. Try again.
MalformedRequestBody = The body cannot be read.
MalformedRequestBody-incomplete = The body broke off before its end.
MalformedRequestBody-not-json = The body is not valid JSON in UTF-8.
MalformedRequestBody-not-an-object = The body must be a JSON object.
MalformedRequestBody-duplicate = A field stands more than once in the body.
MalformedRequestBody-not-text = The field { $field } must be a string.
OTPCodeIsRequired = The field otpCode is missing or empty.
OTPCodeLengthMustBeLessThanOrEqualTo8 = The field otpCode has more than 8 characters.
OTPCodeMustContainOnlyLettersOrDigits = The field otpCode may only have the letters A–Z and a–z and the digits 0–9.
DestinationPhoneNumberIsRequired = The field toPhoneE164 is missing.
PhoneNumberCanNotBeEmpty = The field toPhoneE164 is empty.
InvalidphoneNumber = The field toPhoneE164 is not a valid phone number. Write it in E.164 format: a plus sign, the country code and the number, digits only.
IdempotencyKeyMustBeUuid = The field idempotencyKey must be a UUID of 36 characters, or left out.
SenderNumberNotFound = No sender number is assigned to your account.
TemplateNotFound = Your account has no approved template in the language asked for, nor in its default language.
RecipientOptedOut = The recipient has asked not to receive your messages.
CoolingDown = This number was sent a message a moment ago. The wait grows with every message sent to the same number.
CoolingDown-message = You can't send another message to the same number yet. Please wait { $wait } and try again.
InsufficientBalance = No active subscription has enough credits to cover the cost of this message for the destination country.
RefusedByProvider = WhatsApp refused the message. It is recorded as failed and costs nothing.
MessageIdIsRequired = The field id is missing.
MessageIdMustBeUuid = The field id must be a UUID of 36 characters.
MessageNotFound = Your account has no message with this id.
NotFound = There is nothing at this path.
MethodNotAllowed = This path does not support the request's method. The Allow header lists those it does.
InternalServerError = An unexpected error occurred. Please try again later, and if the issue persists, contact support.
