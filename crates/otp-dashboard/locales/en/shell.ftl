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

unreadable-form-title = The form did not arrive whole
unreadable-form-text = Nothing was changed. Go back, and send the form again.

role-forbids-title = Your role does not allow this
role-forbids-text = Ask an admin of this gateway for it, or for another role.

sign-up-closed-title = Nobody can sign up here at the moment
sign-up-closed-text = Ask the operator of this gateway for an account.

unavailable-title = The gateway cannot do this at the moment
unavailable-text = We do not know whether anything of what you did was saved. Load the page again in a minute.

failed-title = The gateway failed
failed-text = We do not know whether anything of what you did was saved. Load the page again; if it fails again, give the operator the id below.

## Forms

# Above the list of what is wrong in a form.
problem = There is a problem
# Behind the name of a field that may be left out.
optional = (optional)
# Begins the title of a page with a problem, for screen readers and tabs.
title-with-problem = Error: { $title }
