### The team of an account, the accounts of a person, and the way into a team.

## The team

place-team = Team
team-list = People
team-leave = Leave
team-remove = Remove
team-sent = The invitation is on its way by e-mail.
team-invitations = Invitations
column-open-until = Open until
team-withdraw = Withdraw
team-invite-about = We send an e-mail. Whoever proves within seven days that the address is theirs joins the team.
second-factor-off = Off

role-owner = Owner
role-owner-about = Everything, and who is in the team.
role-developer = Developer
role-developer-about = API keys, webhooks and tests.
role-billing = Billing
role-billing-about = Orders and credits.
role-viewer = Viewer
role-viewer-about = Looks at everything but secrets, and changes nothing.

remove-member-title = Remove this person from the team?
remove-member-about = From then on, the person does not see this account. API keys that they created stay valid: revoke those that the person knows.
leave-team-title = Leave this team?
leave-team-about = From then on, you do not see this account. Only an owner can invite you again.

refused-last-owner = The last owner stays. Make another person owner first.
refused-already-member = This person is in the team already.
refused-already-invited = This address is invited already. Withdraw the invitation to send another one.
refused-team-full = The team has 20 people, those who are invited included. Remove one first.
refused-many-invitations = The account has invited 20 people within a week. Try again in some days.

## The accounts of a person

place-accounts = Your accounts
accounts-invited = You are invited
invitation-accept = Accept
invitation-decline = Decline
accounts-list = Accounts
column-account = Account
account-chosen = Shown now
account-choose = Show
accounts-none-title = You are in no account
accounts-none-text = Ask an owner to invite you, with the address with which you sign in.
# On the overview.
overview-invited-title = You are invited to the team of another account.
overview-invited-link = See the invitation

## The way into a team

join-title = Join a team
join-about = We send a code to the address to which the invitation went. If you have signed up with it already, sign in instead: the invitation waits for you there.
join-button = Join
refused-not-invited = No invitation to this address is open. Ask whoever invited you to do so again.
