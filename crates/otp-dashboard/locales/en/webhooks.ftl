### The pages of webhook endpoints and their deliveries.

## The list of endpoints

place-webhooks = Webhooks
# The choice between the endpoints of live keys and of test keys, for screen readers.
webhook-modes = Keys
webhook-add = Add endpoint
webhooks-none-title = No endpoint yet
webhooks-none-test-title = No endpoint for test keys yet
webhooks-none-text = An endpoint is a URL of your server. We call it when something happens: a message arrives, a code is typed, a key expires soon.
column-url = URL
column-events = Events
webhook-all-events = All events
# In place of a URL: a program that fetches its events, on a machine that we cannot call.
webhook-listener = Program that listens
webhook-enabled = Enabled
webhook-failing = Failing
webhook-disabled = Disabled

## The form of an endpoint

webhook-new = New endpoint
webhook-edit = Edit endpoint
webhook-save = Save endpoint
webhook-cancel = Cancel
field-webhook-url = URL
hint-webhook-url = It begins with https:// and answers within 20 seconds.
field-description = Description
webhook-events-hint = If you choose none, it receives all, also those of later versions.
fault-url = Enter a URL such as https://example.com/webhooks
fault-url-long = Enter a shorter URL
fault-url-tls = Enter a URL that begins with https://
fault-url-password = Enter the URL without user name and password
fault-url-fragment = Enter the URL without the part from # on
fault-url-private = Enter a URL on the public internet
fault-description = Enter a description on one line, with 200 characters at most
refused-many-endpoints = The account has 20 endpoints, and no room for another. Remove one first

## An endpoint

webhook-title = Webhook endpoint
webhook-send-test = Send test event
webhook-secret = Signing secret
webhook-secret-once = It was shown once.
webhook-secret-new = Store the signing secret now
webhook-secret-about = This is the only time it is shown. With it, your server verifies that a call is ours. After a rotation, the secret before it signs for another 24 hours.
webhook-failing-title = Every call fails.
webhook-failing-text = It has failed since { $since }. We keep trying until { $until }; then the endpoint is disabled, and we write to you.
webhook-disabled-by-owner = This endpoint is turned off.
webhook-disabled-gone = This endpoint answered that it is gone (410).
webhook-disabled-failing = All calls failed for five days.
webhook-disabled-text = It receives no events, also not later. Deliveries that waited go on once it is enabled.
webhook-enable = Enable endpoint
webhook-disable = Disable endpoint
webhook-rotate = Rotate secret
webhook-rotate-about = Rotate makes a new secret. For 24 hours both sign each call.
webhook-remove = Remove endpoint
webhook-remove-title = Remove this endpoint?
webhook-remove-about = We no longer call it. Its secret and its log are deleted, and events that still wait are not delivered.
webhook-recover = Deliver again since…
webhook-recovered =
    { $count ->
        [0] Nothing was undelivered.
        [one] One delivery is made again now.
       *[other] { $count } deliveries are made again now.
    }
# How long an attempt took.
webhook-took = { $millis } ms

## Deliveries

deliveries = Deliveries
# The choice of deliveries, for screen readers.
deliveries-filter = Deliveries by result
deliveries-all = All
deliveries-undelivered = Not delivered
deliveries-none = No event yet. Send a test event to see one.
deliveries-none-such = There are no such deliveries.
# The links to the other pages of the list, for screen readers.
deliveries-pages = Pages of deliveries
pages-newest = Newest
pages-older = Older
# The time zone of the column's times.
column-time = Time, { $zone }
column-event = Event
column-answer = Answer
attempts = Attempts
delivery-waiting = Waiting
delivery-delivered = Delivered
delivery-given-up = Given up

## A delivery

delivery-title = Delivery
delivery-again = Deliver again
delivery-id = Event id
delivery-subject = About
delivery-happened = Happened
delivery-next = Next attempt
attempts-none = No attempt yet. Reload the page in a moment.
attempt-number = Attempt { $number }
# The beginning of what the server answered, for screen readers.
attempt-answer = Answer of your server

## Why an attempt failed

failure-status = Not 2xx
failure-redirect = Redirect
failure-throttled = Overloaded
failure-gone = Gone
failure-timeout = No answer in 20 s
failure-answer-too-slow = Answer too slow
failure-answer-too-large = Answer too large
failure-unknown-host = Unknown host
failure-connection-refused = Connection refused
failure-unreachable = Not reachable
failure-connection-lost = Connection lost
failure-tls = Certificate not valid
failure-not-http = Answer is not HTTP
failure-forbidden-target = Not on the public internet
failure-resource-gone = Its object is deleted
failure-internal = Internal fault

## Delivering again

recover-title = Deliver again
recover-about = We deliver again what your server has not accepted. Each event keeps its id, so your server can tell those that it has already.
recover-range = Events of the last
recover-1-hour = hour
recover-6-hours = 6 hours
recover-24-hours = 24 hours
recover-3-days = 3 days
recover-30-days = 30 days
recover-more =
    { $count ->
        [one] One delivery is made again now. There are more.
       *[other] { $count } deliveries are made again now. There are more.
    }
recover-continue = Continue
recover-stop = Stop here
