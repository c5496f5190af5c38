### E-Mails an Kunden.

mail-greeting = Guten Tag, { $name },
mail-questions = Fragen? Antworten Sie einfach auf diese E-Mail.
mail-can-reply = Sie können auf diese E-Mail antworten.
mail-leave-aside = Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren.
mail-total = Gesamtbetrag
mail-paid = Bisher bezahlt
mail-amount-due = Offener Betrag
mail-due-on = Fällig am
mail-due-on-day = Fällig am { $day }
mail-payment = Zahlung
mail-method = Zahlungsart
mail-still-due = Noch offen
mail-reason = Grund
mail-view-invoice = Rechnung ansehen
mail-try-again = Erneut versuchen
mail-link-until = Der Link gilt bis

## Payment request

mail-request-subject = Zahlungsaufforderung von { $business }: { $document }
mail-request-preview = { $document }: { $amount } sind offen.
mail-request-text = { $document }: Es ist ein Betrag offen. Sie können sehen, wofür er ist, und ihn online bezahlen; ein Konto ist nicht nötig.

## Invoice

mail-invoice-subject = { $invoice } von { $business }
mail-invoice-again-subject = Erinnerung: { $invoice } von { $business }
mail-invoice-preview = { $invoice }: { $amount } sind offen.
mail-invoice-text = Hier erhalten Sie { $invoice }. Sie können sie ansehen, herunterladen und online bezahlen; ein Konto ist nicht nötig.
mail-invoice-again-text = Wir erinnern Sie an { $invoice }.
mail-invoice-late-text = { $invoice } ist überfällig. Falls Ihre Zahlung bereits unterwegs ist, danken wir Ihnen.
mail-invoice-settled-text = Hier erhalten Sie { $invoice }. Es ist nichts zu zahlen.

## Receipt

mail-receipt-subject = Zahlungsbeleg { $number } von { $business }
mail-receipt-preview = Vielen Dank. Wir haben { $amount } erhalten.
mail-receipt-label = Zahlungsbeleg
mail-receipt-paid-on = Bezahlt am { $day }
mail-receipt-text = Vielen Dank, Ihre Zahlung ist eingegangen. Dies ist Ihr Beleg.
mail-receipt-button = Beleg ansehen

## Refund

mail-refund-subject = { $business } hat { $amount } erstattet
mail-refund-preview = { $amount } wurden erstattet.
mail-refund-label = Erstattung
mail-refund-to = an { $means }
mail-refund-text = Wir haben Ihnen { $amount } an { $means } erstattet.
mail-refund-outside = an Sie, nicht über Ihre Karte
mail-refund-outside-text = Wir haben Ihnen { $amount } erstattet, nicht über Ihre Karte.
mail-refund-owed = Ihr offener Saldo bei uns beträgt jetzt { $amount }.
mail-refund-number = Erstattung
mail-refund-payment = Zur Zahlung
mail-refund-closing = Bis eine Erstattung auf der Kartenabrechnung erscheint, kann es einige Tage dauern. Fragen? Antworten Sie einfach auf diese E-Mail.

## Credit note

mail-credit-subject = Gutschrift { $number } von { $business }
mail-credit-preview = { $invoice }: { $amount } wurden gutgeschrieben.
mail-credit-label = Gutschrift
mail-credit-on = Gutgeschrieben: { $invoice }
mail-credit-text = { $invoice }: Wir haben { $amount } abgezogen.
mail-credit-before = Vorher offen
mail-credit-now = Jetzt offen
mail-credit-kept = Bleibt als Guthaben

## Statement

mail-statement-subject = Ihr Kontoauszug von { $business }
mail-statement-preview = Ihr Kontoauszug von { $business }, { $from } bis { $to }.
mail-statement-label = Kontoauszug, { $from } bis { $to }
mail-statement-text = Hier ist Ihr Kontoauszug. Sie können jede Belastung und jede Zahlung ansehen, ihn als PDF herunterladen und Offenes bezahlen; ein Konto ist nicht nötig.
mail-statement-button = Auszug ansehen
mail-statement-opening = Anfangssaldo
mail-statement-charged = Belastet
mail-statement-credited = Bezahlt und gutgeschrieben
mail-statement-owed = Am Ende offen
mail-statement-settled = Am Ende nichts offen
mail-statement-credit = Guthaben am Ende

## A payment failed

mail-failed-subject = Ihre Zahlung an { $business } ist fehlgeschlagen
mail-failed-preview = Ihre Zahlung über { $amount } ist fehlgeschlagen.
mail-failed-label = Zahlung für { $document }
mail-failed-under = Nicht bezahlt
mail-failed-text = Ihre Zahlung ist fehlgeschlagen. { $reason } Es wurde nichts abgebucht.
mail-failed-again = Sie können es mit derselben oder einer anderen Zahlungsart erneut versuchen.

## The bank asks to confirm

mail-confirm-subject = Bitte bestätigen Sie { $amount } für { $business }
mail-confirm-preview = Ihre Bank bittet Sie, { $amount } zu bestätigen.
mail-confirm-label = Bitte bestätigen
mail-confirm-by = mit { $means }
mail-confirm-text = Wir wollten { $amount } über Ihre gespeicherte Zahlungsart ({ $means }) einziehen. Ihre Bank bittet Sie, dies vorher zu bestätigen. Bisher wurde nichts abgebucht.
mail-confirm-button = Zahlung bestätigen
mail-confirm-closing = Die Seite ist einen Tag lang gültig. Fragen? Antworten Sie einfach auf diese E-Mail.

## Links

mail-link-subject = Ihr Saldo bei { $business }
mail-link-preview = Ihr Saldo bei { $business }.
mail-link-label = Ihr Saldo
mail-link-under = Derzeit offen
mail-link-text = Auf dieser Seite sehen Sie Ihren aktuellen Saldo und die letzten Belastungen und können bezahlen. Sie zeigt immer den Stand in dem Moment, in dem Sie sie öffnen.
mail-link-button = Saldo ansehen
mail-fresh-subject = Ihr neuer Link von { $business }
mail-fresh-preview = Hier ist Ihr neuer Link von { $business }.
mail-fresh-headline = Ihr neuer Link
mail-fresh-under = Der frühere war abgelaufen
mail-fresh-text = Sie haben einen neuen Link angefordert. Ihr bisheriger gilt nicht mehr.
mail-fresh-button = Öffnen

## The way into the portal

mail-entry-subject = Anmeldung zu Ihrem Konto bei { $business }
mail-entry-preview = Melden Sie sich an, um Ihr Konto bei { $business } zu sehen.
mail-entry-label = Ihr Konto
mail-entry-headline = Anmelden
mail-entry-under = { $minutes ->
    [one] Einmal gültig, { $minutes } Minute lang
   *[other] Einmal gültig, { $minutes } Minuten lang
}
mail-entry-text = Über die Schaltfläche sehen Sie Ihren Saldo, Ihre Rechnungen, Aufträge und Belege und können bezahlen.
mail-entry-button = Anmelden
mail-entry-closing = Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren: Ohne sie kommt niemand hinein.

## Tests and samples

mail-test-subject = Test: { $subject }
sample-message = Ihre Tische sind fertig und warten auf den Wagen.
sample-description = Reparatur einer Schublade
sample-refund-reason = Ein Beistelltisch kam mit gespaltenem Bein an und ging zurück
sample-credit-reason = Beschädigt angekommen
sample-news-subject = Wir ziehen um
sample-news = Wir ziehen am { $day } um. Die neue Werkstatt ist in 50 Alder Street.
sample-news-end = Ihre Möbel ziehen mit.
