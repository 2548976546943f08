### The pages of the operator's staff.

## The frame

# Beside the name of the product, on pages of staff.
staff-tag = Staff
# The links between the pages of staff and those of an account.
area-staff = Pages of staff
area-account = Your account

place-audit = Audit trail
place-staff = Staff and roles

role-admin = Admin
role-admin-about = Everything, and who else is staff.
role-support = Support
role-support-about = Orders, and how to reach a customer.
role-finance = Finance
role-finance-about = As support; activates orders, and sets plans and prices.
role-auditor = Auditor
role-auditor-about = Looks at everything, and changes nothing.

## The audit trail

audit-about = Who changed what, and who saw whose number. An entry is never changed or removed.
audit-none-title = No entry yet
audit-none-text = Each change by a person or a command appears here.
column-place = No.
column-at = Time, { $zone }
column-actor = Who
column-action = What
column-subject = On which id
# The name of the links to other pages of a list, for screen readers.
pages = Pages
older = Older

## Staff

staff-list = Staff
# Beside the name of the reader.
staff-you = You
# Instead of "On": the person has no second factor.
staff-no-factor = Missing
staff-factor-about = Without a second factor, a person of the staff sees none of these pages.
column-role = Role
column-since = Since
# A button beside the list of roles.
staff-change = Change
staff-remove = Remove

staff-invite = Invite
field-invited-email = E-mail
field-invited-name = Name
hint-invited-name = If it is left out, the person is called by the part of the address before the @.
invited = Invited
# Above the link.
invited-about = Send this link to { $email }, in a way that nobody else reads. It signs in once, within a day, and is shown only now.
invited-done = I have sent it

remove-staff-title = Remove this person from staff?
remove-staff-about = From then on, the person sees no page of staff. An account of their own stays theirs.

## Plans

place-plans = Plans
staff-plans-about = What customers order. A plan is not changed: retire it, and create another.
staff-plans-none-title = No plan yet
staff-plans-none-text = Without a plan, customers are asked to contact you.
plans-all = Offered and retired
plan-offered = Offered
plan-retired = Retired
plan-retire-ask = Retire…
plan-retire = Retire plan
plan-add = New plan
plan-create = Create plan
field-plan-name = Name
hint-plan-name = Customers see it. No other plan has it.
fault-plan-name = Enter a name of up to 200 characters on one line
fault-plan-name-taken = Enter another name: a plan has this one
field-plan-price = Price
hint-plan-price = Such as 19.99. Leave it out if the price is negotiated.
fault-plan-price = Enter a price such as 19.99, with no more decimals than the currency has
field-currency = Currency
hint-currency = Three letters, such as USD.
fault-currency = Enter the three letters of a currency, such as USD
retire-title = Retire this plan?
retire-about = This is final. Nobody can order it or be granted it any more; credits that were granted stay.
retire-keep = Keep the plan

## Prices

place-prices = Prices
# Before the number of credits that every other message costs.
prices-about = What a message costs, by the country of its number. Everything else costs:
prices-own = Prices of their own
prices-none-title = No price is set
prices-none-text = A message to any country costs the same.
# Instead of the name of a country.
price-of-mail = E-mail, to anybody
region-of-no-country = Numbers of no country, such as satellite phones
region-unknown = No country has this code
price-unset = Unset
price-set-title = Set a price
price-set = Set price
price-set-about = It replaces the price that the country has. It counts from the next message on.
field-price-country = Country
hint-price-country = Its two letters, such as SA; or EMAIL for e-mails.
fault-price-country = Enter the two letters of a country with phone numbers, such as SA, or EMAIL
prices-import-ask = Import a list…
prices-import-title = Import prices
prices-import-about = Nothing changes before you have seen the difference. Countries that the list does not name keep their prices.
field-price-list = List
hint-price-list = The first line is country,credits. Each other one has a country and its credits, such as SA,2. A table pasted from a spreadsheet works, too.
fault-price-list-empty = Add a line with a price, such as SA,2
fault-price-list-header = Begin with the line country,credits
fault-price-list-columns = Line { $number }: write a country and its credits, and nothing else
fault-price-list-country = Line { $number }: no country with phone numbers has this code; write one such as SA, or EMAIL
fault-price-list-credits = Line { $number }: write a whole number of credits from 1 to 2,000,000,000
fault-price-list-twice = Line { $number }: the list names this country twice
prices-compare = Show the difference
difference-title = What the list changes
difference-about = All of it applies at once, from the next message on.
difference-none = Every price of the list is set already. There is nothing to change.
difference-other = Somebody changed prices after you looked, so nothing was applied. This is the difference now.
price-changed = Changed
price-added = New
# Below a price: the one until now.
price-was = Before: { $credits }
prices-unchanged = { $prices ->
    [one] { $prices } price of the list stays as it is.
   *[other] { $prices } prices of the list stay as they are.
}
prices-apply = Apply all
prices-edit-list = Edit the list

## Accounts

place-customer-accounts = Accounts
accounts-sought = Id, company, name or whole e-mail address
accounts-search = Search
accounts-show-all = Show all
staff-accounts-none-title = No account yet
staff-accounts-none-text = Accounts appear here when people sign up.
accounts-not-found = Nothing was found for { $sought }.
accounts-more = There may be other accounts.
# How far a search reaches.
accounts-limit = A search looks through the newest { $searched } accounts, and shows the first { $found } that match. An id finds any account.
column-account-id = Account id
column-opened-at = Opened, { $zone }
standing-open = Open
standing-restricted = Restricted
standing-closed = Closed
# The title of the page of one account, in tabs.
account-one = Account
account-holder = Person responsible
account-restrict-ask = Restrict…
account-close-ask = Close…
account-reopen-ask = Reopen…
account-restrict = Restrict account
account-close = Close account
account-reopen = Reopen account
restrict-title = Restrict this account?
restrict-about = From the next message on, it cannot send. It can still read what it has sent. You can reopen it.
close-title = Close this account?
close-about = From the next message on, it cannot send. Its data stays, and its keys can still read it: revoke them to end that, too.
reopen-title = Reopen this account?
reopen-about = It may send again, from the next message on.
grant-title = Grant credits
grant = Grant credits
grant-about = The credits are there at once. Nothing is paid or ordered.
account-no-subscription = It was granted no credits yet.
account-no-key = It has no key.
account-senders = Senders
account-no-sender = It has no WhatsApp number of its own.
sender-number = Number
sender-active = Active
sender-stopped = Stopped
# Below the entries of the audit trail about an account.
account-entries-about = Those about the account, its credits, keys and senders, among the newest { $entries } entries of the trail.
