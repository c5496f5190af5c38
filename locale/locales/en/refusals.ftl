### Why a payer cannot do something, by the published code (`books::refusal::Code`) in small letters.

refusal-no-balance = Nothing is due here.
refusal-no-processor = This business cannot be paid online at present. Please ask how to pay.
refusal-processor-incompatible = This cannot be done here at present. Please ask how to pay.
refusal-payment-pending = A payment for this is under way. Please wait until its outcome is known.
refusal-link-revoked = This link is no longer valid: ask for a new one.
refusal-link-expired = This link has expired: have a fresh one mailed.
refusal-view-only = This page shows the balance; it cannot be paid here.
refusal-full-only = This link takes only the whole amount.
refusal-below-minimum = The amount is below the minimum: raise it.
refusal-above-due = The amount is more than what is due: lower it.
refusal-invalid-amount = Write an amount such as the one shown.
refusal-nothing-chosen = Choose what you want to pay.
refusal-other = This is not possible at present. Reload the page to see how things stand.

## The same where the amounts are known.

refused-payment-pending = A payment of { $amount } is under way. Please wait until its outcome is known.
refused-full-only = This link takes only the whole { $amount }.
refused-below-minimum = Pay at least { $amount }.
refused-not-offered = Choose one of the amounts offered, or the whole { $amount }.
refused-above-due = { $asked } is more than the { $amount } that is due: lower the amount.
