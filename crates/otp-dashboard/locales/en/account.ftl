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
endpoint-disabled-text = It answered that it is gone, or all calls failed for five days. Once your server works, enable it again under Webhooks.

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

## Settings

place-settings = Settings
settings-you = You
back = Back

password-change = Change password
password-change-about = Your password until now, and a new one. Your other sessions end.

second-factor = Second factor
second-factor-about = With a second factor, nobody signs in with your password alone. You need an authenticator app on your phone.
second-factor-add = Turn on second factor
second-factor-on = On
second-factor-remove = Turn off second factor
second-factor-of-staff = Staff cannot turn it off.
second-factor-start = Show QR code
second-factor-scan = Scan this code with your app.
# The words for the QR code, for screen readers.
second-factor-qr = QR code with the secret for your app
second-factor-type = Or type this secret into it: { $secret }
second-factor-confirm = Turn on
recovery-codes = Recovery codes
recovery-codes-about = The second factor is on. Each of these codes replaces your app once.
recovery-codes-once = Keep them where you find them without your phone. We cannot show them again.
recovery-codes-kept = I have kept them
recovery-codes-left = { $count ->
    [one] { $count } recovery code is left
   *[other] { $count } recovery codes are left
}

sessions = Where you are signed in
# The zone of the times in the list.
sessions-zone = Times are in { $zone }
device-both = { $browser } on { $system }
device-unknown = Unknown browser
session-this = this one
# Before a time.
session-seen = Last used
session-since = signed in
session-end = Sign out
sessions-end = Sign out everywhere else

## Another proof of the person, before a dangerous action

prove-title = Is it you?
prove-about = What you are about to do needs another proof. It is enough for ten minutes.
prove-button = Continue

## API keys

place-keys = API keys
keys-list = Keys
keys-none-title = No key yet
keys-none-text = A key lets your server send codes through the API. A test key sends to a test inbox, and costs nothing.
column-name = Name
column-key = Key
column-created = Created
column-expires = Expires
column-actions = Actions
key-live = Live
key-test = Test
key-test-about = no credits, no WhatsApp
key-mode = Mode
key-never = Never
key-unused = Never
column-last-used = Last used
key-days-30 = In 30 days
key-days-90 = In 90 days
key-days-365 = In a year
key-expired = Expired
key-revoked = Revoked
key-expires-in = { $days ->
    [0] Today
    [one] In { $days } day
   *[other] In { $days } days
}
key-add = Add a key
key-create = Create key
key-rotate = Rotate
key-rotate-about = Rotate makes a new key of the same name. The old one is accepted for another day.
key-revoke = Revoke
key-new = Store your new key now
key-new-about = This is the only time the key { $name } is shown. We keep only a hash of it, so nobody can read it again.
key-stored = I have stored it
key-keep = Keep it on your server: never in an app, a browser or a repository.
revoke-title = Revoke this key?
revoke-about = Requests with this key fail within a second. A revoked key cannot be brought back.
revoke-keep = Keep it
