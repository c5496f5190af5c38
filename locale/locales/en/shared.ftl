### What things are called, on pages and in mails alike.

document-order = Order { $number }
document-application = Application { $number }
document-invoice = Invoice { $number }
document-draft = Draft invoice
document-balance = Your balance
document-payment = Payment { $number }
document-refund = Refund { $number }
document-credit-note = Credit note on { $number }

## How money came. "none" stands for: without a reference.

means-ending = { $name } ending { $last4 }
means-bank-debit = Bank debit
means-online = online
means-at-processor = invoice at the processor
means-cash = { $reference ->
    [none] cash
   *[other] cash { $reference }
}
means-check = { $reference ->
    [none] check
   *[other] check { $reference }
}
means-bank-transfer = { $reference ->
    [none] bank transfer
   *[other] bank transfer { $reference }
}
means-card-terminal = { $reference ->
    [none] card terminal
   *[other] card terminal { $reference }
}
means-other = { $reference ->
    [none] recorded by staff
   *[other] recorded by staff { $reference }
}

## Why a payment was not made.

decline-card-declined = The card was declined by its bank.
decline-insufficient-funds = The payment was declined: there is not enough money on the card or account.
decline-expired-card = The card has expired.
decline-incorrect-cvc = The security code of the card is not right.
decline-authentication-required = The card’s bank asks its holder to confirm this payment.
decline-returned = The bank returned it.
decline-other = It was not completed.

## Months, short and long.

month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec
month-long-1 = January
month-long-2 = February
month-long-3 = March
month-long-4 = April
month-long-5 = May
month-long-6 = June
month-long-7 = July
month-long-8 = August
month-long-9 = September
month-long-10 = October
month-long-11 = November
month-long-12 = December

## Why an order was changed.

changed-items-added = items added
changed-shipping = shipping
changed-extra-service = extra service
changed-correction = correction
changed-other = other changes

## What the books themselves write on an entry.

posted-refund = Refund
posted-paid-out = Credit paid out
posted-returned = Payment returned
posted-small-difference = Small difference
posted-late-fee = Late fee
posted-adjustment = Balance adjustment
posted-refunded-there = Refunded at the processor
posted-written-off = Written off

## Why lines were taken off an order as a whole.

ended-canceled = canceled
ended-denied = denied
ended-withdrawn = withdrawn
