### Pages for payers.

## All pages

skip = Skip to content
language = Language
ask = Ask { $business }
print = Print
download = Download PDF
back = Back
open = Open
add = Add
remove = Remove
show = Show
copy = Copy
copied = Copied
try-again = Try again
reference = Reference

## Names of columns and figures

date = Date
number = Number
status = Status
total = Total
amount = Amount
amount-due = Amount due
still-due = Still due
due = Due
due-on = due { $day }
fees = Fees
paid = Paid
credited = Credited
waived = Waived
receipt = Receipt
entry = Entry
charge = Charge
balance = Balance
open-amount = Open
period = Period
from = From
to = To
from-to = { $from } to { $to }
payments = Payments
method = Method
email = Email

## What is owed

title-owed = { $amount } owed
title-settled = All set
title-credit = Credit of { $amount }
owes = { $customer } owes
settled = { $customer }, you are all set
in-credit = { $customer }, you have a credit of
past-due = { $amount } is past its due date
nothing-due = Nothing is due.
due-now-for = Due now, for { $customer }
nothing-due-for = Nothing due, for { $customer }
nothing-due-any-more-for = Nothing is due any more, for { $customer }
being-paid-for = Being paid, for { $customer }
what-is-owed = What is owed
what-you-can-do = What you can do
what-this-covers = What this covers
changed = Changed { $day }: { $reason }
includes-tax = includes tax { $rate }
paid-with = Paid with { $means }
all-paid = All of it is paid.
works-through = This link works through { $day }.
amount-to-pay = { $amount } to pay
recent = Recent charges and payments
nothing-charged = Nothing has been charged yet.

## How it adds up

how-it-adds-up = How this adds up
adds-up = How it adds up
adds-up-of = How it adds up: { $about }
what-to-pay = What is to be paid
taken-back = taken back
applied-to = applied to { $charge }

## Paying

pay-online = Pay online
not-through = That did not go through.
how-much = How much would you like to pay?
pay-amount = Pay { $amount }
keep-card = Save this card for next time
keep-card-text = { $business } may then charge it for what you owe. You can have it removed at any time.
continue-to-payment = Continue to payment
secure-page = You pay on { $processor }’s secure page. We never see your card.
onward-continue = Continue
onward-pay = Pay { $amount } to { $business }
onward-pay-text = The card is entered on the payment service’s own page. { $business } never sees its number.
onward-save = Save a card for { $business }
onward-save-text = The card is entered on the payment service’s own page. Nothing is charged now, and { $business } never sees its number.
at-least = At least { $amount }.
up-to = Up to { $amount }.
all-that-is-due = { $amount }, all that is due
all-set = All set
all-set-text = Nothing is due. Thank you.
all-set-paid-on = Nothing is due. Paid on { $day }. Thank you.
view-receipt = View receipt
you-have-credit = You have a credit of { $amount }
credit-text = It is used for what comes next. You have nothing to pay.
checking-your-payment = Checking your payment
unknown-text = We have not yet heard from the payment provider about { $amount } of { $moment }. We are asking them. Please do not pay again; this page updates by itself.
payment-under-way = Payment under way
being-processed = { $amount } from { $moment } is being processed.
debits-take-days = Bank debits take two to three working days.
nothing-to-do = You do not need to do anything.
not-here = Paying online is not possible here
shows-balance = This page shows the balance; it cannot be paid here.
not-payable = { $business } cannot be paid online at present. Please ask how to pay.
one-moment = One moment
page-not-opened = The payment page could not be opened just now. Nothing was taken. Please try again in a few seconds.
secure-fields = You pay in { $processor }’s own fields. We never see your card.
fields-label = How you pay, in { $processor }’s own fields
fields-loading = Opening { $processor }’s fields …
fields-no-script = { $processor }’s fields need JavaScript. Without it you can pay on { $processor }’s own page.
fields-unavailable = { $processor }’s fields could not be opened. You can pay on { $processor }’s own page instead.
fields-failed = That did not go through, and no money was taken. Look at what you typed, or try another way to pay.
fields-way = How do you want to pay?
fields-card = Card
fields-bank = Bank account
fields-holder = Name of the account’s holder
fields-bank-text = When you press the button you confirm the account with your bank, and allow { $business } to collect { $amount } from it once, by way of { $processor }. We never see your sign-in or your account number.
fields-holder-needed = Type the name of the account’s holder.
fields-bank-unconfirmed = The bank account was not confirmed, and no money was taken. Try again, or pay by card.
pay-elsewhere = Pay on { $processor }’s page instead

## What became of a payment

your-payment = Your payment
payment-received = Payment received
thank-you-received = Thank you. { $business } received your payment on { $moment }.
taken-on = The payment provider has taken it on.
checking = Checking with the processor
checking-text = We have not yet heard whether this payment went through, and are asking. Please do not pay again. This page updates by itself, and we mail you the receipt.
payment-declined = Payment declined
no-money-taken = No money was taken.
payment-not-made = Payment not made
turned-back = You turned back before paying. No money was taken.
returned = The bank returned this payment.

## Saved methods

card-saved = Your card is saved
card-saved-text = It can be charged for what you owe. You can close this page.
no-card = No card was saved
no-card-text = The page was closed before a card was left there.
no-card-yet = No card was saved yet
no-card-yet-text = Go back to finish, or ask for a new page.
saved-methods = Saved cards and accounts
none-saved = None is saved.
good-through = good through { $month }
is-default = used unless another is named
expired = expired
make-default = Make default
remove-confirm = Remove this method? It is charged no more.

## The account

to-pay = To pay
late = late
on-its-way = a payment is on its way
on-its-way-title = A payment for this is on its way
pay-ticked = Pay what is ticked
pay-all = Pay all, { $amount }
hand-over = Hand over to the customer
which-currency = Which currency
invoices = Invoices
invoices-newest = Invoices, newest first
orders = Orders and applications
none-yet = None yet.
payments-receipts = Payments and receipts
statements = Statements
any-period = Any period
none-sent = None was sent yet. You can make one for any period.
statements-sent = Statements that were sent

## Statements

statement = Statement
statement-of-account = Statement of account
statement-from-to = Statement, { $from } to { $to }
standing-owed = Amount owed
standing-settled = Nothing owed
standing-credit = Credit
standing-on = { $standing } on { $day }
said-before = The statement before this one ended with { $amount }. What was entered for its days since then:
charges-below-zero = Charges are below zero, credits above.
balance-start = Balance at the start
balance-end = Balance at the end
open-at-end = Open at the end
was-open-at-end = What was open at the end
free-credit = Credit not set against anything:
age-not-due = Not due
age-days = { $range } days
age-over = Over { $days }
spoken-nothing = Nothing is owed
spoken-by-age = Owed by age: { $parts }
spoken-not-due = { $percent } percent not yet due
spoken-days = { $percent } percent { $from } to { $to } days
spoken-over = { $percent } percent more than { $days } days
wrong-days = The last day lies before the first.
wrong-day = Write a day such as { $example }.
too-long-statement = These days hold too many entries for one statement. Choose fewer days.

## The doors

your-account = Your account
your-accounts = Your accounts
account-with = Your account with { $business }
other-accounts = Other accounts
sign-in = Sign in
sign-out = Sign out
sign-in-to-account = Sign in to your account
sign-in-lead = See what is due, your invoices, orders and receipts, and pay.
type-address = Type the email address that you get your invoices at. We mail you a link to sign in; there is no password.
mail-me-a-link = Mail me a link
wrong-address = Write one email address, such as ada@example.com.
entry-used = This link was used already or is too old. Ask for a fresh one.
look-into-mail = Look into your mail
link-on-its-way = If { $email } is the address of a customer, a link to sign in is on its way to it. It works once, for half an hour.
nothing-came = Nothing came? Look among unwanted mail.
try-another-address = Try another address
acting-label = You act for a customer
acting-for = You act for { $customer }.
acting-recorded = Everything you do here is recorded under your name, { $person }.
stop = Stop

## Links that do not work

link-lost = This link does not work
link-lost-text = It may have been copied incompletely or replaced by a newer one, or the page was open for more than half a day. Open the link in the latest mail or message you received, or ask whoever sent it to you.
link-expired = This link has expired
links-stop = Links stop working after a while to keep your account safe. We can mail a fresh one to the address on file.
mail-fresh-link = Mail me a fresh link
fresh-on-its-way = If we have an address on file, a fresh link is on its way to it. It can take a few minutes.

## Handing over

hand-over-title = Hand over
ready-to-hand-over = Ready to hand over
pays-on-own-device = { $customer } pays { $amount } on their own device. No account is needed.
link-address = Payment link address
qr-code = QR code of the payment link
asks-for = Asks for
works-through-label = Works through
email-it = Email it
no-email = No email
text-it = Text it
back-to-account = Back to the account
sms-text = { $business }: { $amount } to pay: { $address }

## When something is wrong with a request

problem-title-400 = Malformed request
problem-title-403 = Not allowed
problem-title-404 = Not found
problem-title-409 = Not possible as things stand
problem-title-410 = No longer here
problem-title-422 = Invalid values
problem-title-429 = Too many tries
problem-title-503 = Busy
problem-title-500 = Fault on our side
problem-title-other = Refused
problem-text-403 = You may not do this here.
problem-text-404 = There is nothing here, or it is not yours to see.
problem-text-429 = Too many tries. Please wait a little and try again.
problem-text-503 = The server is busy and did nothing. Please try again in a moment.
problem-text-500 = Something went wrong on our side. The reference below names it in our log.
problem-text-other = This request cannot be taken as it is. Go back and try again.

## States of documents, payments and entries

state-paid = Paid
state-unpaid = Unpaid
state-part-paid = Part-paid
state-overdue = Overdue
state-open = Open
state-pending = Pending
state-unknown = Unknown
state-authorized = Authorized
state-succeeded = Succeeded
state-failed = Failed
state-returned = Returned
state-refunded = Refunded
state-part-refunded = Part-refunded
state-disputed = Disputed
state-canceled = Canceled
state-void = Void
state-draft = Draft
state-created = Created
state-uncollectible = Uncollectible
state-credit = Credit
state-applied = Applied
state-part-applied = Part-applied
state-unapplied = Unapplied
state-reversed = Reversed
state-written-off = Written off
state-item = Item
state-shipping = Shipping
state-discount = Discount
state-fee = Fee
state-service = Service
state-tax = Tax
days-late = { $days ->
    [one] { $days } day late
   *[other] { $days } days late
}
