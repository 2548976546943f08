### The pages of a person who is signed in.

## The frame

# The name of the navigation, for screen readers.
places = Main
# The button that opens the navigation on a phone.
menu = Menu
sign-out = Sign out

# The names of the pages, in the navigation and as titles.
place-overview = Overview

## The status of a message

status-pending = Pending
status-sent = Sent
status-delivered = Delivered
status-read = Read
status-failed = Failed
status-deleted = Deleted

## The overview: numbers

stat-credits = Credits left
# Follows the number of credits that are left.
stat-credits-of = of { $granted }
stat-sent = Sent in { 24 } hours
# Follows "Sent in 24 hours".
stat-delivered = Delivered
stat-failed = Failed
# Below the number of delivered or failed messages. The share is a percentage.
stat-share = { $share } of those sent

## The overview: what needs a person. The title says what happened, the text says what to do.

# Above the list.
attention = Needs you

no-credits-title = You have no credits
no-credits-text = Messages are refused until there are credits. Ask the operator of this gateway for some.

low-credits-title =
    { $left ->
        [0] No credit left
        [one] One credit left
       *[other] { $left } credits left
    }
low-credits-text = When they are used up, messages are refused. Ask the operator of this gateway for more in time.

no-sender-title = You have no sender
no-sender-text = Without a WhatsApp number to send from, messages are refused. Ask the operator of this gateway to add one.

sender-stopped-title = Sender { $phone } is stopped
sender-stopped-text = WhatsApp no longer lets it send. Resolve this with WhatsApp, or ask the operator of this gateway.

endpoint-disabled-title = Webhook endpoint { $host } is disabled
endpoint-disabled-text = It answered that it is gone, or all calls failed for five days. Once your server works, enable it again with the API.

key-expires-title = API key { $name } expires soon
key-expires-text =
    It expires { $days ->
        [0] today
        [one] tomorrow
       *[other] in { $days } days
    }. From then on, requests with it are refused. If it is still in use, replace it in time.

## The overview: first steps

steps = First steps
# Beside the title: the number of steps that are done.
steps-done = { $done } of { $all }
step-key = Create an API key
step-sent = Send a message
step-webhook = Add a webhook endpoint
# Follows a step, for screen readers.
step-is-done = (done)

## The overview: messages

recent = Latest messages
# Describes the table, for screen readers.
recent-caption = Messages, newest first
column-to = To
column-status = Status
column-country = Country
# The time zone of the column's times.
column-sent = Sent, { $zone }

recent-none-title = No message yet
# Above a command.
recent-none-text = Each message you send appears here with its status. Send the first one:
# Below the command.
recent-none-replace = Replace the two marked parts: your API key, and your own phone number.
