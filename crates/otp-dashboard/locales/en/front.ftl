### The public pages: home and guide.

# The name of the guide, in the navigation and the foot of each page.
guide = Guide
help = Help

## The first page

home-title = Passcodes that arrive, and an answer when they do not
home-lead = This gateway sends one-time passcodes over WhatsApp and e‑mail. Each message is sent at most once, each credit is accounted for, each failure says why.
home-sign-up = Create an account
home-guide = Read the guide
home-phone = Two messages as they look on a phone
# The sender on the drawn phone: a company that does not exist.
home-phone-from = Noor Retail
home-phone-account = Business account
# The text below the code on the drawn phone.
home-bubble = is your verification code. Do not share it. It expires in 5 minutes.
home-bubble-copy = Copy code

home-code = One call, in the language you use
home-code-about = A drop-in for the LightOTP API: the same paths, fields and error codes. Change the host name and keep your code.
home-admitted = Admitted
home-admitted-text = Number valid, credit reserved, no cooldown
home-sent-text = WhatsApp accepted it; you have your answer
home-delivered-text = On the phone; your webhook is called
home-verified = Verified
home-verified-text = The code came back, and it is right

home-why = What you do not have to build
home-once = No second message
home-once-text = A crash, a time-out or a retry never sends a code twice.
home-reason = A reason for each failure
home-reason-text = Not on WhatsApp, opted out, too early, no credit: the cause, what to do, and the timeline of the message.
home-guesses = Guessing stays hopeless
home-guesses-text = Five guesses for a code, ten for a number in 24 hours, across resends and new codes.
home-languages = Arabic from the start
home-languages-text = Messages, pages and errors are in Arabic and English. A person may type ٤٨٢٩١٣ and be right.
home-sealed = Numbers are sealed
home-sealed-text = Recipients are encrypted with a key for each account, and masked wherever they are shown.
home-tests = Tests without a phone
home-tests-text = Test keys cost nothing. Test numbers play each delay and each failure, and you read the codes in an inbox.

home-plans = Plans
home-plans-about = A plan is a number of credits. Credits do not expire, and a message that fails costs nothing.
home-plans-none = Talk to us: we agree on a plan that fits.
home-plan = Plan
home-credits = Credits
home-price = Price
home-prices = What a message costs
# Where no price is set at all.
home-prices-all = { $credits ->
    [one] A message costs one credit, wherever it goes.
   *[other] A message costs { $credits } credits, wherever it goes.
}
home-prices-others = { $credits ->
    [one] A message to any other country costs one credit.
   *[other] A message to any other country costs { $credits } credits.
}
home-destination = Where to
# In the list of prices, between the names of countries.
home-email = E-mail

## The guide

# The name of the tabs with one program in several languages, for screen readers.
sample-legend = The same call in several languages
guide-markdown = This page as Markdown
guide-errors = Error codes
guide-code = Code
guide-http = HTTP status
guide-meaning = Meaning, and what to do
guide-test-numbers = Test numbers
guide-number = Number
guide-answer = Answer
guide-then = Then
guide-limits = Limits
guide-limit = What
guide-amount = Limit

answer-sent = Sent
answer-sent-after = { $number ->
    [one] Sent, after one second
   *[other] Sent, after { $number } seconds
}
# The words of WhatsApp follow, in English.
answer-refused = Refused: { $message }
answer-unknown = Pending: the provider's answer was not understood
life-nothing = Nothing
life-failed = Failed: { $code }
life-replied = The person answers { $text }

limit-passcode = Characters of a code of your own
limit-cooldown-first = Wait after the first send to a number; it doubles with each further send
limit-cooldown-longest = Longest wait between two sends to a number
limit-guesses-code = Guesses for one code
limit-guesses-recipient = Guesses for one recipient in 24 hours
limit-answers = How long the answer to an Idempotency-Key is kept
limit-proof = How long a proof is valid
limit-endpoints = Webhook endpoints of an account
limit-endpoint-disabled = An endpoint that fails this long is disabled
limit-deliveries = How long deliveries are kept
limit-test-inbox = How long messages of test keys are kept
limit-keys = Active keys of an account
limit-team = People of an account
limit-orders = Open orders of an account

time-days = { $number ->
    [one] one day
   *[other] { $number } days
}
time-hours = { $number ->
    [one] one hour
   *[other] { $number } hours
}
time-minutes = { $number ->
    [one] one minute
   *[other] { $number } minutes
}
time-seconds = { $number ->
    [one] one second
   *[other] { $number } seconds
}
