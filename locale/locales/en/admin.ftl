### What staff read. In English only for now: a text moves here when it is wanted in a second language, and the file is then
### written for each (`docs/architecture.md` says how).

notice-subject = { $customer } paid { $amount } on { $document }
notice-preview = { $customer } paid { $amount }.
notice-label = Payment received
notice-from = from { $customer }
notice-text = { $customer } paid { $amount } on { $document }.
notice-account = the account
notice-button = Open the payment
notice-closing = You receive this because somebody asked for a notice when this is paid.

alert-subject = { $what }: { $customer }, { $amount }
alert-label = To look at
alert-customer = Customer
alert-closing = You receive this because your address is on the list of whom to tell, in Settings.

what-alert-refund-failed = A refund failed
what-alert-refund-came-back = A refund came back
what-alert-refund-overtaken = A refund went out twice
what-alert-refunded-outside = A refund was made at the processor
what-alert-returned = A bank debit came back
what-alert-disputed = A payment is disputed
what-alert-dispute-won = A dispute was won
what-alert-dispute-lost = A dispute was lost
what-alert-paid-twice = Something was paid twice
what-alert-keyed-otherwise = A terminal took something else
what-alert-charge-failed = A charge failed

advice-alert-refund-failed = No money went back, and the books are as they were. Refund it another way.
advice-alert-refund-came-back = The processor had sent it, and the bank did not take it. The money is with the processor again, and the books still say that it went: give it back in another way, or give the customer credit by an adjustment.
advice-alert-refund-overtaken = The bank had taken this payment back before the refund arrived. What is missing is owed by the customer again.
advice-alert-refunded-outside = Somebody refunded this payment at the processor’s own desk. What it had paid is owed again.
advice-alert-returned = The bank returned this payment. What it had paid is owed again.
advice-alert-disputed = The customer disputes it with their bank. The processor holds the money back; answer there before its deadline.
advice-alert-dispute-won = The processor gave the money back. Nothing is owed for it.
advice-alert-dispute-lost = The money is gone. What the payment had paid is owed again.
advice-alert-paid-twice = Nothing was due any more when this payment arrived. It stands as credit of the customer: refund it or apply it.
advice-alert-keyed-otherwise = A card was keyed in your processor's terminal by our reference, with another amount or once more. The money stands as credit of the customer: refund it or apply it.
advice-alert-charge-failed = The customer’s saved method was charged by itself and refused. The customer was told.
