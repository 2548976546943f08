greeting = Hello { $name },
footer = This notice concerns the account of { $company }. It was sent automatically because you are its contact; replies are not monitored.
footer-person = This notice concerns your own sign-in at { $company }. It was sent automatically, because you sign in with this address; replies are not monitored.
greeting-invited = Hello,
footer-invited = This mail was sent automatically, because somebody at { $company } entered your address to invite you; replies are not monitored.
greeting-operators = Hello,
footer-operators = This notice concerns the account of { $company }. It was sent automatically to the operators of this gateway; replies are not monitored.

LowBalance-subject = Low balance: { $remaining } of { $granted } credits left
LowBalance-1 = A subscription of your account is running low. Credits left: { $remaining } of { $granted }.
LowBalance-2 = When they are used up, and no other subscription has credits, messages are refused. Please top up in time.
LowBalance-3 = Subscription: { $subscription }

SubscriptionSpent-subject = A subscription is used up
SubscriptionSpent-1 = All { $granted } credits of a subscription of your account are used up.
SubscriptionSpent-2 = If no other subscription has credits, messages are refused from now on. Please top up.
SubscriptionSpent-3 = Subscription: { $subscription }

SenderDisabled-subject = A sender can no longer send
SenderDisabled-1 = One of your WhatsApp senders can no longer send messages.
SenderDisabled-2 = Reason: { $reason }
SenderDisabled-3 = Please resolve this with WhatsApp, or ask the operator of this gateway. Sender: { $sender }

TemplateDisabled-subject = A template can no longer be used: { $template }
TemplateDisabled-1 = WhatsApp no longer accepts messages with the template { $template } ({ $language }).
TemplateDisabled-2 = Reason: { $reason }
TemplateDisabled-3 = Until it is approved again, messages in this language are sent in another language or refused. Sender: { $sender }

KeyExpiring-subject = An API key is about to expire: { $hint }
KeyExpiring-1 = The API key that begins with { $hint } expires on { $expiry }.
KeyExpiring-2 = From then on requests made with it are refused. If it is still in use, rotate it in time.
KeyExpiring-3 = Key: { $key }

WebhookDisabled-subject = A webhook endpoint is no longer called
WebhookDisabled-1 = A webhook endpoint of your account was disabled: it answered that it is gone (410), or all calls failed for five days.
WebhookDisabled-2 = Once your server works, enable the endpoint again and replay its deliveries; they are kept for 30 days. Events of the time in between are lost.
WebhookDisabled-3 = Endpoint: { $endpoint }

OrderPlaced-subject = New order { $reference } of { $company }
OrderPlaced-1 = { $company } ordered a plan with { $credits } credits.
OrderPlaced-2 = Contact the customer, and then activate or decline the order: on the page of orders, or with the command “otp-server order”.
OrderPlaced-3 = Order: { $order }

OrderActivated-subject = Order { $reference } is activated: { $credits } credits
OrderActivated-1 = Your order { $reference } is activated. Your account has { $credits } credits more.
OrderActivated-2 = You can send messages with them at once.
OrderActivated-3 = Order: { $order }

OrderDeclined-subject = Order { $reference } is declined
OrderDeclined-1 = Your order { $reference } is declined. You pay nothing.
OrderDeclined-2 = Reason: { $reason }
OrderDeclined-3 = You can order again at any time. Order: { $order }

NewDevice-subject = A sign-in on a new device
NewDevice-1 = Somebody began to sign in as you on a device that you never used here before: { $browser } on { $system }.
NewDevice-2 = If it was you, there is nothing to do.
NewDevice-3 = If it was not, set a new password at once. This signs everybody out.

PasswordChanged-subject = Your password was changed
PasswordChanged-1 = Your password was changed, and you were signed out on all other devices.
PasswordChanged-2 = If it was you, there is nothing to do.
PasswordChanged-3 = If it was not, set a new password at once, with a code that is sent to this address.

SecondFactorOn-subject = Codes of an app are asked for from now on
SecondFactorOn-1 = A second factor was turned on: whoever signs in with your password is asked for a code of an app, too.
SecondFactorOn-2 = If it was you, there is nothing to do. Keep your recovery codes in a safe place.
SecondFactorOn-3 = If it was not, set a new password at once, and tell the operator of this gateway.

SecondFactorOff-subject = Codes of an app are no longer asked for
SecondFactorOff-1 = Your second factor was turned off: your password alone signs you in.
SecondFactorOff-2 = If it was you, or if you asked the operator for it, there is nothing to do.
SecondFactorOff-3 = If not, set a new password at once, and tell the operator of this gateway.

TeamInvitation-subject = { $company } invites you to its team
TeamInvitation-1 = { $company } invites you to work in its account at this gateway.
TeamInvitation-2 = Open { $link } in your browser within seven days. Whoever signs in with this address already accepts the invitation there; everybody else chooses a password.
TeamInvitation-3 = If you do not know the sender, ignore this mail: nothing happens.

Test-subject = Test of the mail set-up
Test-1 = This mail was sent to test the set-up. If you can read it, notices reach you.
Test-2 = Numbers are shown like this: { $granted }.
Test-3 = Sent by { $sender }.

Code-subject = { $code } is your code for { $product }
Code-intro = This is your code for { $product }.
Code-minutes = It is valid for { $count } min.
Code-seconds = It is valid for { $count } s.
Code-warning = Do not share it with anyone. If you did not ask for it, ignore this mail.
