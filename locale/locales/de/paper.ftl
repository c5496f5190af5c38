### Papers in German: what PDFs print.

## Titles

paper-order = Auftrag
paper-application = Antrag
paper-invoice = Rechnung
paper-credit_note = Gutschrift
paper-receipt = Zahlungsbeleg
paper-refund = Erstattung
paper-statement = Kontoauszug
paper-draft = Entwurf

## Who and which

paper-page = Seite
paper-billed_to = Rechnung an
paper-customer = Kunde
paper-applicant = Antragsteller
paper-received_from = Erhalten von
paper-from = Von
paper-order_no = Auftragsnr.
paper-application_no = Antragsnr.
paper-invoice_no = Rechnungsnr.
paper-credit_note_no = Gutschriftsnr.
paper-payment_no = Zahlungsnr.
paper-customer_no = Kundennr.
paper-date = Datum
paper-ordered = Bestellt
paper-submitted = Eingereicht
paper-issued = Ausgestellt
paper-due = Fällig
paper-terms = Zahlungsziel
paper-your_reference = Ihre Referenz
paper-reference = Referenz
paper-reason = Grund
paper-amounts_in = Beträge in { $currency }

## Lines and sums

paper-description = Beschreibung
paper-quantity = Menge
paper-unit_price = Einzelpreis
paper-tax = USt.
paper-amount = Betrag
paper-subtotal = Zwischensumme
paper-tax_on = USt. { $rate } auf { $base }
paper-tax_within = Darin USt. { $rate } auf { $base }
paper-total = Gesamtbetrag
paper-carried_over = Übertrag
paper-late_fees = Mahngebühren
paper-credited = Gutgeschrieben
paper-written_off = Ausgebucht
paper-paid = Bezahlt
paper-already_paid = Bereits bezahlt
paper-applied_balance = Verrechnetes Guthaben
paper-amount_due = Offener Betrag
paper-due_at_issue = Bei Ausstellung fällig
paper-due_on = Fällig am { $day }
paper-nothing_to_pay = Nichts zu zahlen
paper-not_a_demand = Keine Zahlungsaufforderung

## Amendments

paper-added = Hinzugefügt am { $day }
paper-removed = Entfernt am { $day }
paper-items_added = weitere Positionen
paper-shipping = Versand
paper-extra_service = Zusatzleistung
paper-correction = Korrektur

## Payments

paper-payments = Zahlungen
paper-method = Zahlungsart
paper-of_payment = von { $amount }
paper-card = Karte
paper-ending = { $name }, endet auf { $last4 }
paper-card_terminal = Kartenterminal
paper-cash = Bar
paper-check = Scheck
paper-check_number = Scheck Nr. { $number }
paper-bank_transfer = Überweisung
paper-bank_debit = Lastschrift
paper-other_means = Sonstige

## Marks

paper-mark_unpaid = Unbezahlt
paper-mark_part_paid = Teilweise bezahlt
paper-mark_paid = Bezahlt
paper-mark_overdue = Überfällig
paper-mark_pending = Zahlung in Bearbeitung
paper-mark_void = Storniert
paper-mark_uncollectible = Uneinbringlich
paper-mark_canceled = Storniert

## How to pay

paper-pay_online = Online bezahlen
paper-pay_scan = Code scannen oder Link öffnen. Er zeigt stets, was in diesem Moment offen ist.
paper-pay_by_transfer = Per Überweisung bezahlen
paper-quote_number = Bitte geben Sie die Nummer dieses Dokuments an.
paper-qr_alt = QR-Code, der { $address } öffnet

## The sheet behind an invoice

paper-as_at = Stand { $moment }
paper-as_at_lead = Rechnung { $number } wurde am { $day } ausgestellt und nicht verändert. Dieses Blatt sagt, was seither geschah und was jetzt offen ist.
paper-since_issue = Seit der Ausstellung
paper-change = Vorgang
paper-number = Nummer
paper-change_payment = Zahlung
paper-change_credit_note = Gutschrift
paper-change_late_fee = Mahngebühr
paper-change_write_off = Ausbuchung
paper-change_refund = Erstattung
paper-change_return = Rücklastschrift
paper-change_reversal = Gegenbuchung
paper-change_void = Storniert

## Credit note

paper-credits_invoice = Zu Rechnung { $number }
paper-credited_total = Gutgeschrieben
paper-due_before = Auf der Rechnung vorher offen
paper-due_after = Auf der Rechnung jetzt offen
paper-freed = Freigewordenes Geld
paper-goes_to = Geht an
paper-to_balance = Ihr Guthaben
paper-to_means = Zurück an { $means }
paper-to_outside = Auszahlung

## Receipt

paper-amount_received = Erhaltener Betrag
paper-received = Erhalten
paper-received_at = Erhalten { $moment }
paper-counts_for = Wertstellung
paper-what_for = Wofür
paper-document = Beleg
paper-applied = Angerechnet
paper-still_due = Noch offen
paper-tendered = Gegeben
paper-change_given = Rückgeld
paper-refunded = Seither erstattet
paper-credit_left = Verbleibt als Guthaben
paper-still_owed = Noch offener Saldo
paper-mark_refunded = Erstattet

## Refund

paper-refund_no = Erstattungs-Nr.
paper-amount_refunded = Erstatteter Betrag
paper-refunded_to = Erstattet an
paper-refunded_at = Erstattet am { $moment }
paper-payment_was = Zahlung { $number }
paper-refunded_before = Zuvor erstattet
paper-left_of_payment = Rest der Zahlung
paper-owed_again = Wieder offen

## Statement and letter

paper-period = { $from } bis { $to }
paper-opening = Anfangssaldo
paper-closing = Endsaldo
paper-charges = Belastungen
paper-credits = Gutschriften
paper-balance = Saldo
paper-activity = Kontobewegungen
paper-amount_owed = Geschuldeter Betrag
paper-credit_balance = Guthaben
paper-sign_note = Ein negativer Saldo ist an { $business } zu zahlen; ein positiver ist Ihr Guthaben.
paper-opening_differs = Der letzte Auszug schloss mit { $amount }. Diese Buchungen für frühere Tage kamen seither hinzu.
paper-entered_since = Seit dem letzten Auszug nachgetragen
paper-ageing = Offene Beträge nach Alter
paper-not_yet_due = Nicht überfällig
paper-days = { $range } Tage
paper-over_days = Über { $days } Tage
paper-free_credit = Freies Guthaben
paper-open_items = Was offen ist
paper-open = Offen
paper-days_late = { $days ->
    [one] { $days } Tag überfällig
   *[other] { $days } Tage überfällig
}

## What is written on a paper besides its own words.

written-leftover = Rabatte auf entfernte Positionen
written-reference = Verwendungszweck
letter-subject = Ihr Konto bei { $business }
letter-greeting = Guten Tag, { $name },
letter-open = dies ist heute auf Ihrem Konto offen.
letter-nothing = Derzeit ist nichts offen. Vielen Dank.
letter-by-code = Sie können mit dem Telefon per Karte bezahlen: Scannen Sie den Code unten. Ein Konto ist nicht nötig. Die Seite zeigt immer, was gerade offen ist.
letter-ask = Bitte fragen Sie uns, wie Sie bezahlen können.
letter-regards = Mit freundlichen Grüßen

# A made-up paper, to try a template on
sample-table = Eichentisch
sample-table-detail = geölt, 90 × 200
sample-shipping = Versand
sample-shipping-where = auf die Insel
sample-shipping-part = Versand, anteilig
sample-shipping-reason = Der Versand war zu hoch berechnet
sample-order = Zwei Tische für den Laden
sample-order-message = Der Versand kostete mehr als gedacht.
sample-order-note = Vielen Dank für Ihre Bestellung.
sample-terms = 14 Tage
