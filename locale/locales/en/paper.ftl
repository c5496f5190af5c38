### Papers in English: what PDFs print.

## Titles

paper-order = Order
paper-application = Application
paper-invoice = Invoice
paper-credit_note = Credit note
paper-receipt = Receipt
paper-refund = Refund
paper-statement = Statement of account
paper-draft = Draft

## Who and which

paper-page = Page
paper-billed_to = Billed to
paper-customer = Customer
paper-applicant = Applicant
paper-received_from = Received from
paper-from = From
paper-order_no = Order no.
paper-application_no = Application no.
paper-invoice_no = Invoice no.
paper-credit_note_no = Credit note no.
paper-payment_no = Payment no.
paper-customer_no = Customer no.
paper-date = Date
paper-ordered = Ordered
paper-submitted = Submitted
paper-issued = Issued
paper-due = Due
paper-terms = Terms
paper-your_reference = Your ref.
paper-reference = Reference
paper-reason = Reason
paper-amounts_in = Amounts in { $currency }

## Lines and sums

paper-description = Description
paper-quantity = Qty
paper-unit_price = Unit price
paper-tax = Tax
paper-amount = Amount
paper-subtotal = Subtotal
paper-tax_on = Tax { $rate } on { $base }
paper-tax_within = Includes tax { $rate } on { $base }
paper-total = Total
paper-carried_over = Carried over
paper-late_fees = Late fees
paper-credited = Credited
paper-written_off = Written off
paper-paid = Paid
paper-already_paid = Already paid
paper-applied_balance = Applied balance
paper-amount_due = Amount due
paper-due_at_issue = Due at issue
paper-due_on = Due { $day }
paper-nothing_to_pay = Nothing to pay
paper-not_a_demand = Not a demand for payment

## Amendments

paper-added = Added { $day }
paper-removed = Removed { $day }
paper-items_added = items added
paper-shipping = shipping
paper-extra_service = extra service
paper-correction = correction

## Payments

paper-payments = Payments
paper-method = Method
paper-of_payment = of { $amount }
paper-card = Card
paper-ending = { $name } ending { $last4 }
paper-card_terminal = Card terminal
paper-cash = Cash
paper-check = Check
paper-check_number = Check no. { $number }
paper-bank_transfer = Bank transfer
paper-bank_debit = Bank debit
paper-other_means = Other

## Marks

paper-mark_unpaid = Unpaid
paper-mark_part_paid = Part paid
paper-mark_paid = Paid
paper-mark_overdue = Overdue
paper-mark_pending = Payment pending
paper-mark_void = Void
paper-mark_uncollectible = Uncollectible
paper-mark_canceled = Canceled

## How to pay

paper-pay_online = Pay online
paper-pay_scan = Scan the code or open the link. It always shows what is due at that moment.
paper-pay_by_transfer = Pay by transfer
paper-quote_number = Please quote the number of this document.
paper-qr_alt = QR code that opens { $address }

## The sheet behind an invoice

paper-as_at = As at { $moment }
paper-as_at_lead = Invoice { $number } was issued on { $day } and has not been altered. This sheet says what happened since, and what is due now.
paper-since_issue = Since it was issued
paper-change = Change
paper-number = Number
paper-change_payment = Payment
paper-change_credit_note = Credit note
paper-change_late_fee = Late fee
paper-change_write_off = Write-off
paper-change_refund = Refund
paper-change_return = Payment returned
paper-change_reversal = Reversal
paper-change_void = Voided

## Credit note

paper-credits_invoice = Credits invoice { $number }
paper-credited_total = Credited
paper-due_before = Due on the invoice before
paper-due_after = Due on the invoice after
paper-freed = Paid money set free
paper-goes_to = Goes to
paper-to_balance = Your credit balance
paper-to_means = Back to { $means }
paper-to_outside = Paid out

## Receipt

paper-amount_received = Amount received
paper-received = Received
paper-received_at = Received { $moment }
paper-counts_for = Counts for
paper-what_for = What it was for
paper-document = Document
paper-applied = Applied
paper-still_due = Still due
paper-tendered = Cash given
paper-change_given = Change
paper-refunded = Paid back since
paper-credit_left = Left as your credit
paper-still_owed = Balance still owed
paper-mark_refunded = Refunded

## Refund

paper-refund_no = Refund no.
paper-amount_refunded = Amount refunded
paper-refunded_to = Refunded to
paper-refunded_at = Refunded { $moment }
paper-payment_was = Payment { $number }
paper-refunded_before = Refunded before
paper-left_of_payment = Left of the payment
paper-owed_again = Owed again

## Statement and letter

paper-period = { $from } to { $to }
paper-opening = Opening balance
paper-closing = Closing balance
paper-charges = Charges
paper-credits = Credits
paper-balance = Balance
paper-activity = Account activity
paper-amount_owed = Amount owed
paper-credit_balance = Credit balance
paper-sign_note = A negative balance is owed to { $business }; a positive one is your credit.
paper-opening_differs = The last statement closed at { $amount }. These entries for earlier days were made since then.
paper-entered_since = Entered since the last statement
paper-ageing = Open amounts by age
paper-not_yet_due = Not overdue
paper-days = { $range } days
paper-over_days = Over { $days } days
paper-free_credit = Unapplied credit
paper-open_items = What is open
paper-open = Open
paper-days_late = { $days ->
    [one] { $days } day overdue
   *[other] { $days } days overdue
}

## What is written on a paper besides its own words.

written-leftover = Discounts on lines that were removed
written-reference = Ref.
letter-subject = Your account with { $business }
letter-greeting = Dear { $name },
letter-open = this is what stands open on your account today.
letter-nothing = Nothing is due at present. Thank you.
letter-by-code = You can pay by card with your phone: scan the code below. No account is needed. The page always shows what is due at that moment.
letter-ask = Please ask us how you can pay it.
letter-regards = With kind regards

# A made-up paper, to try a template on
sample-table = Oak table
sample-table-detail = oiled, 90 by 200
sample-shipping = Shipping
sample-shipping-where = to the island
sample-shipping-part = Shipping, in part
sample-shipping-reason = Shipping was charged too high
sample-order = Two tables for the shop
sample-order-message = Shipping came to more than we thought.
sample-order-note = Thank you for your order.
sample-terms = 14 days
