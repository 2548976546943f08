
### Sign-in, sign-up, and a forgotten password.

## Fields

field-email = E-mail
field-password = Password
field-new-password = New password
field-code = Code from the mail
# A code of an authenticator app, or a recovery code.
field-app-code = Code
field-name = Your name
field-key-name = Name
field-company = Company
field-phone = Phone number
field-address = Postal address
hint-new-password = At least 12 characters. Several words that do not belong together are good.
hint-key-name = Where the key is used, such as “shop” or “branches”
hint-phone = With the country code, such as +964 770 123 4567
hint-address = On one line

fault-email = Enter an address such as name@example.com
fault-password-missing = Enter your password
fault-password-short = Enter a password of at least { $number } characters
fault-password-long = Enter a password of at most { $number } characters
fault-password-guessable = Enter a password that is harder to guess: more words, and not your name or company
fault-code-missing = Enter the code from the mail
# The number of wrong codes that are still allowed.
fault-code-wrong = Enter the code from the last mail. This one is wrong; tries left: { $number }
fault-app-code-missing = Enter the code from your app, or a recovery code
fault-app-code-wrong = Enter the code that your app shows now. This one is wrong or was used
fault-password-wrong = Enter your password. This one is wrong
fault-name = Enter your name, on one line of at most 200 characters
fault-key-name = Enter a name for the key, on one line of at most 200 characters
fault-company = Enter the name of your company, on one line of at most 200 characters
fault-phone = Enter a number with its country code, such as +964 770 123 4567
fault-address = Enter the address on one line of at most 200 characters, or leave it out

## Why a form is refused. Waits are minutes and seconds, such as 0:30.

# The same words for an unknown address and for a wrong password.
refused-wrong-password = This address and this password do not belong together. Check both, and try again.
refused-many-passwords = There were several wrong passwords. Wait { $wait } (minutes:seconds), then try again.
refused-code-sent = We sent a code to this address a moment ago. You can ask for another in { $wait } (minutes:seconds).
refused-many-codes = There were too many wrong codes. Wait { $wait } (minutes:seconds), then ask for a new one.
refused-code-over = This code is used, too old, or replaced by a later one. Begin again to get a new one.
refused-address-taken = You already have an account with this address. Sign in, or set a new password.
refused-nobody = No account has this address. Try another one, or sign up.
refused-many-keys = Your account has a hundred active keys. Revoke one that you do not use.
refused-last-admin = The last admin stays. Make another person admin first.
refused-no-mail = This gateway sends no mail at the moment. Ask its operator.

## Sign in

sign-in-title = Sign in
sign-in-about = Use the e-mail address you signed up with.
sign-in-button = Sign in
sign-in-link = Sign in
sign-in-with-password = Sign in with your password
link-about = This link signs you in once.
link-over = This link was used, or is older than a day.
forgot-link = Forgot your password?
no-account = No account yet?
sign-up-link = Sign up
has-account = Do you have an account?

## The second factor at sign-in

code-title = Enter your code
code-page-about = Open your authenticator app, and enter the six digits that it shows.
code-lost = Without the app, enter one of your recovery codes. Each works once.

## The address to which a code is sent

sign-up-title = Sign up
sign-up-about = We send a code to your e-mail address. You enter it in the next step.
forgot-title = Set a new password
forgot-about = We send a code to your e-mail address. You enter it together with the new password.
send-code = Send code

## The code

# The address is shown without its middle.
code-about = We sent a code to { $address }. It is valid for 10 minutes.
code-resend = Send the code again
code-sent-again = We sent the code again.
other-address = Is this not your address, or is the code too old?
begin-again = Begin again

details-title = Create your account
sign-up-button = Create account

reset-title = Choose a new password
reset-button = Set password
