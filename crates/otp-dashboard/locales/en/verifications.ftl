### The verifications of an account.

place-verifications = Verifications

verification-pending = Pending
verification-approved = Approved
verification-expired = Expired
verification-canceled = Canceled
verification-exhausted = No guess left

## The list

# The name of the form, for screen readers.
verifications-filter = Filter verifications
# Describes the table, for screen readers.
verifications-caption = Verifications, newest first
column-checks = Checks
# The time zone of the column's times.
column-begun = Begun, { $zone }
verifications-none = No verification yet
verifications-none-about = With a verification, the gateway makes the code, sends it and checks it. Each appears here with its messages and its checks.
verifications-none-found = No verification matches these filters.
verifications-none-yet = None of the newest verifications matches these filters. Older ones may.

## A verification

verification = Verification
checks = Checks
checks-none = No code was checked yet.
check-approved = The code was right
check-incorrect = The code was wrong
verification-fallback = The code took another way, because it did not arrive at first. You pay for one message.
verification-expired-about = The code was not entered in time. Begin a new verification.
verification-canceled-about = It was canceled, or a newer verification of the same recipient took its place.
verification-exhausted-about = Five wrong codes were entered. A new verification has new guesses, up to ten in 24 hours.
fact-proves = A check proves
fact-attempts-left = Guesses left
fact-code-length = Characters of the code
fact-begun = Begun
fact-expires = Code expires
