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
role-finance-about = As support, and activates orders.
role-auditor = Auditor
role-auditor-about = Looks at orders, staff and the audit trail, and changes nothing.

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
