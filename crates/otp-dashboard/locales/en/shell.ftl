### The frame of every page, and the pages of errors.

## The frame

# The name of the product.
product = OTP gateway
# The first link of a page, for the keyboard.
skip = Skip to content
# The name of the navigation, for screen readers.
site = Site
reference = API reference
# The link to the Arabic page, in Arabic.
other-language = العربية
# The foot of the page.
version = Version { $version }

## The pages of errors

# The button that leads away from an error.
to-the-start = Go to the start page
# The id by which an operator finds the request in the log.
request = Request { $id }

not-found-title = There is no such page
not-found-text = The address may be mistyped, or what it named is gone.

method-not-allowed-title = This address takes no such request
method-not-allowed-text = Go back to the page before, and use its form.

too-many-requests-title = Too many requests
too-many-requests-text = Many requests came from your address in a short time. Wait a minute, then load the page again.

foreign-form-title = This form came from another site
foreign-form-text = Nothing was changed. Open the page here, and send the form again.

failed-title = The gateway failed
failed-text = We do not know whether anything of what you did was saved. Load the page again; if it fails again, give the operator the id below.

## Forms

# Above the list of what is wrong in a form.
problem = There is a problem
# Begins the title of a page with a problem, for screen readers and tabs.
title-with-problem = Error: { $title }
field-email = E-mail
field-password = Password
fault-email = Enter an address such as name@example.com
fault-password-missing = Enter your password

## Sign in

sign-in-title = Sign in
sign-in-about = Use the e-mail address you signed up with.
sign-in-button = Sign in
# The same words for an unknown address and for a wrong password.
sign-in-refused = This address and this password do not belong together. Check both, and try again.
sign-in-wait = There were several wrong passwords. Wait a few minutes, then try again.
