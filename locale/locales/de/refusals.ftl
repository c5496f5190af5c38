### Why a payer cannot do something, by the published code (`books::refusal::Code`) in small letters.

refusal-no-balance = Hier ist nichts offen.
refusal-no-processor = Dieses Unternehmen kann derzeit nicht online bezahlt werden. Bitte fragen Sie, wie Sie bezahlen können.
refusal-processor-incompatible = Das ist hier derzeit nicht möglich. Bitte fragen Sie, wie Sie bezahlen können.
refusal-payment-pending = Eine Zahlung dafür ist unterwegs. Bitte warten Sie, bis ihr Ergebnis feststeht.
refusal-link-revoked = Dieser Link gilt nicht mehr: Fordern Sie einen neuen an.
refusal-link-expired = Dieser Link ist abgelaufen: Lassen Sie sich einen neuen zusenden.
refusal-view-only = Diese Seite zeigt den Saldo; er kann hier nicht bezahlt werden.
refusal-full-only = Über diesen Link kann nur der ganze Betrag bezahlt werden.
refusal-below-minimum = Der Betrag liegt unter dem Mindestbetrag: Erhöhen Sie ihn.
refusal-above-due = Der Betrag ist höher als der offene Betrag: Verringern Sie ihn.
refusal-invalid-amount = Geben Sie einen Betrag wie den angezeigten ein.
refusal-nothing-chosen = Wählen Sie, was Sie bezahlen möchten.
refusal-other = Das ist derzeit nicht möglich. Laden Sie die Seite neu, um den aktuellen Stand zu sehen.

## The same where the amounts are known.

refused-payment-pending = Eine Zahlung über { $amount } ist unterwegs. Bitte warten Sie, bis ihr Ergebnis feststeht.
refused-full-only = Über diesen Link kann nur der ganze Betrag von { $amount } bezahlt werden.
refused-below-minimum = Bezahlen Sie mindestens { $amount }.
refused-not-offered = Wählen Sie einen der angebotenen Beträge oder den ganzen Betrag von { $amount }.
refused-above-due = { $asked } ist mehr als die offenen { $amount }: Verringern Sie den Betrag.
