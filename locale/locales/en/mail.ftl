### Mails to customers.

mail-greeting = Hello { $name },
mail-questions = Questions? Reply to this email.
mail-can-reply = You can reply to this email.
mail-leave-aside = If you did not ask for it, you can leave this mail aside.
mail-total = Total
mail-paid = Paid so far
mail-amount-due = Amount due
mail-due-on = Due on
mail-due-on-day = Due on { $day }
mail-payment = Payment
mail-method = Method
mail-still-due = Still due
mail-reason = Reason
mail-view-invoice = View invoice
mail-try-again = Try again
mail-link-until = The link works until

## Payment request

mail-request-subject = Payment request for { $document } from { $business }
mail-request-preview = { $amount } is due on { $document }.
mail-request-text = { $document } has an amount due. You can see what it is for and pay it online; no account is needed.

## Invoice

mail-invoice-subject = { $invoice } from { $business }
mail-invoice-again-subject = Reminder: { $invoice } from { $business }
mail-invoice-preview = { $amount } is due on { $invoice }.
mail-invoice-text = Here is { $invoice }. You can see it, download it and pay it online; no account is needed.
mail-invoice-again-text = This is a reminder of { $invoice }.
mail-invoice-late-text = { $invoice } is past its due day. If your payment is on its way, thank you.
mail-invoice-settled-text = Here is { $invoice }. Nothing is due on it.

## Receipt

mail-receipt-subject = Receipt { $number } from { $business }
mail-receipt-preview = Thank you. We received { $amount }.
mail-receipt-label = Receipt
mail-receipt-paid-on = Paid on { $day }
mail-receipt-text = Thank you, your payment arrived. This is your receipt.
mail-receipt-button = View receipt

## Refund

mail-refund-subject = { $business } refunded { $amount }
mail-refund-preview = { $amount } was refunded.
mail-refund-label = Refund
mail-refund-to = to { $means }
mail-refund-text = We have refunded { $amount } to { $means }.
mail-refund-outside = to you, outside of your card
mail-refund-outside-text = We have refunded { $amount } to you, outside of your card.
mail-refund-owed = Your balance with us is now { $amount } owed.
mail-refund-number = Refund
mail-refund-payment = Of payment
mail-refund-closing = A refund to a card can take a few days to show on its statement. Questions? Reply to this email.

## Credit note

mail-credit-subject = Credit note { $number } from { $business }
mail-credit-preview = { $amount } was credited on { $invoice }.
mail-credit-label = Credit note
mail-credit-on = Credited on { $invoice }
mail-credit-text = We have taken { $amount } off { $invoice }.
mail-credit-before = Due before
mail-credit-now = Due now
mail-credit-kept = Kept as your credit

## Statement

mail-statement-subject = Your statement from { $business }
mail-statement-preview = Your statement from { $business }, { $from } to { $to }.
mail-statement-label = Statement, { $from } to { $to }
mail-statement-text = Here is your statement of account. You can see every charge and payment, download it as PDF and pay what is open; no account is needed.
mail-statement-button = View statement
mail-statement-opening = Balance at the start
mail-statement-charged = Charged
mail-statement-credited = Paid and credited
mail-statement-owed = Amount owed at the end
mail-statement-settled = Nothing owed at the end
mail-statement-credit = Credit at the end

## A payment failed

mail-failed-subject = Your payment to { $business } did not go through
mail-failed-preview = Your payment of { $amount } did not go through.
mail-failed-label = Payment for { $document }
mail-failed-under = Not paid
mail-failed-text = Your payment did not go through: { $reason } Nothing was taken.
mail-failed-again = You can try again with the same or another way to pay.

## The bank asks to confirm

mail-confirm-subject = Please confirm { $amount } for { $business }
mail-confirm-preview = Your bank asks you to confirm { $amount }.
mail-confirm-label = Please confirm
mail-confirm-by = by { $means }
mail-confirm-text = We wanted to charge { $amount } to your saved { $means }. Your bank asks you to confirm this first. Nothing was taken yet.
mail-confirm-button = Confirm the payment
mail-confirm-closing = The page can be used for a day. Questions? Reply to this email.

## Links

mail-link-subject = Your balance with { $business }
mail-link-preview = Your balance with { $business }.
mail-link-label = Your balance
mail-link-under = Owed at present
mail-link-text = On this page you can see your current balance and recent charges, and pay. It always shows the state at the moment you open it.
mail-link-button = View balance
mail-fresh-subject = Your new link from { $business }
mail-fresh-preview = Here is your new link from { $business }.
mail-fresh-headline = Your new link
mail-fresh-under = The earlier one had expired
mail-fresh-text = You asked for a fresh link. The one that you had no longer works.
mail-fresh-button = Open

## The way into the portal

mail-entry-subject = Sign in to your account with { $business }
mail-entry-preview = Sign in to see your account with { $business }.
mail-entry-label = Your account
mail-entry-headline = Sign in
mail-entry-under = { $minutes ->
    [one] It works once, for { $minutes } minute
   *[other] It works once, for { $minutes } minutes
}
mail-entry-text = Press the button to see your balance, invoices, orders and receipts, and to pay.
mail-entry-button = Sign in
mail-entry-closing = If you did not ask for it, you can leave this mail aside: nobody gets in without it.

## Tests and samples

mail-test-subject = Test: { $subject }
sample-message = Your tables are finished and wait for the van.
sample-description = Repair of a drawer
sample-refund-reason = One side table arrived with a split leg and went back
sample-credit-reason = Damaged on arrival
sample-news-subject = We move
sample-news = We move on { $day }. The new workshop is at 50 Alder Street.
sample-news-end = Your furniture moves with us.
