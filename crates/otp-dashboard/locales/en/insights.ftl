### How far the messages of an account got.

place-insights = Insights

# The name of the form, for screen readers.
insights-filter = Filter insights
period-14-days = Last { 14 } days
period-90-days = Last { 90 } days
column-template = Template
# A time follows.
insights-until = Days in UTC. Counted until
insights-behind = Later messages are being counted; they appear here within half an hour.
insights-none = No message in this period
insights-none-about = Once you send, this page shows where codes get lost, how long they take, and which messages fail.
insights-none-found = No message matches these filters.
insights-few = With { 20 } messages or more, this page draws where codes get lost and how long they take.

## The funnel

insights-funnel = Where codes get lost
stage-accepted = Accepted
stage-sent = Sent
stage-delivered = Delivered
stage-read = Read
stage-verified = Entered
column-stage = Stage
column-messages = Messages
funnel-finding = Entered: { $share } of the accepted codes.
funnel-lost-sent =
    { $count ->
        [one] Most are lost before sending: { $count } message was not accepted.
       *[other] Most are lost before sending: { $count } messages were not accepted.
    }
funnel-lost-delivered =
    { $count ->
        [one] Most are lost on the way: { $count } message did not arrive.
       *[other] Most are lost on the way: { $count } messages did not arrive.
    }
funnel-lost-read =
    { $count ->
        [one] Most are lost before reading: { $count } message was not opened.
       *[other] Most are lost before reading: { $count } messages were not opened.
    }
funnel-lost-verified =
    { $count ->
        [one] Most are lost after reading: { $count } code was not entered.
       *[other] Most are lost after reading: { $count } codes were not entered.
    }
funnel-mails = Mail servers do not report that a mail arrived or was read.

## Times

insights-times = Time to delivery
times-finding = Half of the codes arrive within { $half }, { 95 }% within { $most }.
times-half = Half arrive within
times-most = { 95 }% arrive within
times-unit = In seconds
column-half = p50
column-most = p95
as-table = Show as a table
column-day = Day
column-share = Share

## Days

insights-days = Sent and delivered by day
days-finding = Sent: { $sent }. Delivered: { $share }.
days-weakest = The weakest day was { $date } with { $share }.
days-delivered = Delivered
days-sent = Sent, not delivered
days-open = The last day is not over

## Groups

by-country = By country
no-country = No country
by-template = By template
no-template = No template
by-failure = By error
column-failure = Error
no-code = No code
