### The messages of an account.

place-messages = Messages

## Lists

# The name of the two links, for screen readers.
live-or-test = Live or test
mode-live = Live
mode-test = Test
filter-any = Any
filter-period = Period
filter-apply = Filter
filter-clear = Clear filters
period-any = Any time
period-day = Last { 24 } hours
period-week = Last { 7 } days
period-month = Last { 30 } days
# The name of the links to other pages of a list, for screen readers.
list-pages = Pages
page-newest = Newest
page-older = Older
# Before the number of new rows.
news = New:
news-show = Show
copy = Copy
copied = Copied
copy-as-curl = Copy as curl
# A time in seconds, such as 1.2.
took-seconds = { $seconds } s

## The list of messages

# The name of the form, for screen readers.
messages-filter = Filter messages
filter-sought = Number, address or message id
fault-sought = Enter a whole number such as +966551234567, a whole address, or a message id
column-language = Language
column-took = Delivered after
messages-on-page = { $count ->
    [one] { $count } message on this page
   *[other] { $count } messages on this page
}
messages-none-found = No message matches these filters.
messages-none-yet = None of the newest messages matches these filters. Older ones may.
# Above a command, in test mode.
messages-none-test = What your test keys send appears here. It costs nothing, and reaches nobody. Send the first one:
messages-use-test = Use test mode, without credits

## A message

message = Message
timeline = Timeline
# The name of the list of facts, for screen readers.
facts = Details
fact-recipient = Recipient
fact-channel = Channel
fact-template = Template
fact-sender = Sender
fact-price = Price
fact-outcome = Outcome
fact-admitted = Admitted
channel-whatsapp = WhatsApp
channel-email = E-mail
price-free = Nothing
price-paid = { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}
price-returned = { $credits ->
    [one] { $credits } credit, returned
   *[other] { $credits } credits, returned
}
outcome-verified = The code was entered
outcome-abandoned = The code was not entered

# What happened. The provider is WhatsApp, the mail server or the test inbox.
provider-whatsapp = WhatsApp
provider-email = The mail server
provider-test = The test inbox
event-admitted = Admitted
event-admitted-about = The gateway accepted it, and stored it before anything else.
event-accepted = { $provider } accepted it.
event-refused = { $provider } refused it.
event-unknown = { $provider } gave no clear answer. A receipt decides.
event-receipt = { $provider } reported it.
event-receipt-after = The report reached us { $seconds } s after it happened.
event-lifetime = { $provider } reported nothing before the end of its lifetime.
event-unchanged = This changed nothing: more was known already.
event-next = The next report is awaited.
# The time since the event before, such as +0.418.
event-delta = { $seconds } s
# Where the time went.
waterfall-answer = Answer
waterfall-receipt = Wait for the report

## What to do about a failure

advice-recipient = Do not send to this number over WhatsApp again. Offer its owner a code by e-mail.
advice-later = Send a new code. If it fails again, wait a few minutes.
advice-template = WhatsApp does not accept the template any more. Ask the operator of this gateway to look at its templates.
advice-sender = The sender must be set right first. Ask the operator of this gateway.
advice-address = Check the address. If it is right, its mail server does not take our mail: send the code another way.
advice-other = Send a new code. If it fails again, give the operator of this gateway the id above.

# Below the list: what the file for spreadsheets contains.
messages-csv-about = The CSV file has the messages of this list, at most 5,000, the newest first. Recipients are masked.
