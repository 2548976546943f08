### The person's own details, on the page of settings.

settings-language = Language
settings-language-about = We write your mails in it, and show you these pages in it.
settings-save = Save

### What is mailed to the account.

notices = Notices
notices-about = We write to your account when credits run low, a key is about to expire, or something stops working.
notices-choose = Choose notices
notices-to = We send the notices of your account to { $address }.
notices-mailed = Write to us when
notices-always = Mails about orders, invitations and your sign-in always go out.
notices-credits = Credits run low, or are spent
notices-keys = An API key is about to expire
notices-senders = A sender or a template can no longer be used
notices-webhooks = A webhook endpoint is no longer called
notices-on = On
notices-off = Off
notices-of-owners = Owners of the account choose them.
notices-saved = Saved. It applies from now on.
notices-back = Back to settings
field-low-balance = Credits are low at
hint-low-balance = The percentage of a grant that is left. With 0, we write only once the last credit is spent.
fault-low-balance = Enter a whole number from 0 to 99
