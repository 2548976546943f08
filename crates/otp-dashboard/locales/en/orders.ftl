### Plans, orders and credits: the pages of an account, and those of staff.

place-subscriptions = Subscriptions
place-credits = Credits
place-orders = Orders

## Subscriptions

purchase = Purchase plan
subscriptions-list = Subscriptions
subscriptions-none-title = No subscription yet
subscriptions-none-text = Messages need credits. Order a plan, and our team activates it.
subscription-without-plan = Without a plan
subscription-active = Active
subscription-spent = Spent
subscription-revoked = Revoked
# How many credits are left of those that were granted.
credits-left-of = { $left } of { $granted }
orders-list = Orders

column-plan = Plan
column-used = Used
column-left = Credits left
column-order = Order
column-ordered = Ordered
column-ordered-at = Ordered, { $zone }
column-credits = Credits
price = Price
# The price of a plan that has none.
price-negotiated = Let us talk
credits-number = { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}

order-waiting = Waiting
order-contacted = Contacted
order-activated = Activated
order-declined = Declined
order-withdrawn = Withdrawn
by-whatsapp = WhatsApp
by-email = E-mail

## Purchase

purchase-title = Purchase a plan
purchase-about = Credits do not expire. A message that fails costs nothing.
purchase-role = Your role lets you look. An owner, or a person with the role of billing, orders.
plans = Plans
plans-none-title = No plan is offered
plans-none-text = Contact the operator of this gateway.
subscribe = Subscribe
# The name of the list of steps, for screen readers.
order-steps = Steps
step-choose = Choose a plan
step-confirm = Confirm the order
step-contact = We contact you

## Confirm an order

confirm-title = Confirm the order
pay-nothing = You pay nothing now.
no-automated-payment = Automated payment is currently unavailable. Confirm the order, add notes if needed, and our team will contact you via WhatsApp or e-mail to activate your plan.
contact-by = Contact me by
field-order-notes = Notes
hint-order-notes = A purchase order number, a date you need it by, a question. Up to 1,000 characters.
fault-order-notes = Shorten the notes to 1,000 characters
confirm-order = Confirm order
order-for = For
refused-many-orders = Your account has ten open orders. Withdraw one, or wait until we have handled them.

## An order

order-title = Order { $reference }
order-next-waiting = We have your order, and will contact you.
order-next-contacted = We have contacted you. The plan is activated once everything is agreed.
order-next-activated = The credits are on your account.
order-next-declined = You pay nothing. You can order again at any time.
order-next-withdrawn = You withdrew this order. You can order again at any time.
order-reason = Reason:
order-withdraw = Withdraw order
order-withdraw-about = You pay nothing, and can order again.

## Credits

credits-about = Every change of the balance of your account, newest first.
credits-csv = Download as CSV
credits-none-title = No change yet
credits-none-text = Credits appear here once an order is activated.
column-date = Time, { $zone }
column-kind = Change
column-message = Message
column-amount = Amount
column-balance = Balance
entry-grant = Granted
entry-debit = Message
entry-refund = Message failed
entry-revocation = Revoked

## Orders, for staff

orders-by-state = Orders by state
orders-all = All
staff-orders-none-title = No order here
staff-orders-none-text = New orders appear under “Waiting”, oldest first.
erased = Erased
language-arabic = Arabic
language-english = English
order-customer = Customer
orders-earlier = Other orders
order-placed = Ordered
order-history = History
show-contact = Show contact
show-contact-about = The audit trail records that you saw it.
open-whatsapp = Open WhatsApp
write-mail = Write e-mail
mark-contacted = Mark as contacted
decline-ask = Decline…
activate-title = Activate the plan
activate = Activate
activate-about = The credits are there at once, and the customer gets a mail.
field-credits = Credits
fault-credits = Enter a number of credits, such as 10000
field-payment = Payment reference
hint-payment = Such as the number of an invoice. Only staff see it.
fault-payment = Shorten the reference to one line of 200 characters
decline-title = Decline the order?
decline-about = This is final. The customer gets a mail with the reason.
decline = Decline order
field-decline-reason = Reason
hint-decline-reason = The customer reads it. Write no personal data.
fault-decline-reason = Enter a reason of up to 200 characters on one line
# The drafts to a customer, in plain text.
draft-subject = Your order { $reference }
draft-text = Hello { $name }, this is about your order { $reference } of the plan { $plan } with { $credits } credits.
