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
