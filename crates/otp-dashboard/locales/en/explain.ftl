### What a send would answer.

explain = Explain a send
explain-about = Asks the gateway what a send would answer now, and why. Nothing is sent, and nothing is charged.
explain-ask = Ask about a number
explain-language = A code such as ar or en_US. Without one, the account’s own language is used.
explain-button = Explain

## The verdicts: what a send would answer; why, and what to do

verdict-sent = The message would be sent
verdict-sent-about = Whether WhatsApp delivers it is known only afterwards.
verdict-restricted = The account is restricted
verdict-restricted-about = The operator of this gateway has stopped its messages. Ask them why.
verdict-closed = The account is closed
verdict-closed-about = It sends nothing any more. Ask the operator of this gateway to open it again.
verdict-no-sender = You have no sender
verdict-no-sender-about = There is no WhatsApp number to send from. Ask the operator of this gateway to add one.
verdict-no-template = There is no template in this language
verdict-no-template-about = Neither this language nor the account’s own has an approved template. Choose another language, or ask the operator of this gateway to add a template.
verdict-opted-out = The recipient wants no messages
verdict-opted-out-about = They answered STOP. Once they answer START, messages reach them again. Offer them a code by e-mail.
verdict-cooling-down = The recipient was sent a code a moment ago
verdict-cooling-down-about = { $seconds ->
    [one] A send is refused for { $seconds } more second. Show your users how long to wait.
   *[other] A send is refused for { $seconds } more seconds. Show your users how long to wait.
}
verdict-few-credits = Your credits do not cover the price
verdict-few-credits-about = One subscription has to cover the whole price. Ask the operator of this gateway for more credits.
verdict-sender-stopped = The sender is stopped
verdict-sender-stopped-about = WhatsApp does not let it send. Resolve this with WhatsApp, or ask the operator of this gateway.
