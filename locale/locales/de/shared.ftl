### Wie die Dinge heißen, auf Seiten und in E-Mails.

document-order = Auftrag { $number }
document-application = Antrag { $number }
document-invoice = Rechnung { $number }
document-draft = Rechnungsentwurf
document-balance = Ihr Saldo
document-payment = Zahlung { $number }
document-refund = Erstattung { $number }
document-credit-note = Gutschrift zu { $number }

## How money came.

means-ending = { $name } mit Endziffern { $last4 }
means-bank-debit = Bankeinzug
means-online = online
means-at-processor = Rechnung beim Zahlungsdienst
means-cash = { $reference ->
    [none] Bargeld
   *[other] Bargeld { $reference }
}
means-check = { $reference ->
    [none] Scheck
   *[other] Scheck { $reference }
}
means-bank-transfer = { $reference ->
    [none] Überweisung
   *[other] Überweisung { $reference }
}
means-card-terminal = { $reference ->
    [none] Kartenterminal
   *[other] Kartenterminal { $reference }
}
means-other = { $reference ->
    [none] vom Unternehmen erfasst
   *[other] vom Unternehmen erfasst, { $reference }
}

## Why a payment was not made.

decline-card-declined = Die Bank hat die Karte abgelehnt.
decline-insufficient-funds = Die Zahlung wurde abgelehnt: Die Deckung der Karte oder des Kontos reicht nicht aus.
decline-expired-card = Die Karte ist abgelaufen.
decline-incorrect-cvc = Die Prüfnummer der Karte stimmt nicht.
decline-authentication-required = Die Bank bittet den Karteninhaber, diese Zahlung zu bestätigen.
decline-returned = Die Bank hat sie zurückgegeben.
decline-other = Sie wurde nicht abgeschlossen.

## Months, short and long.

month-short-1 = Jan.
month-short-2 = Feb.
month-short-3 = März
month-short-4 = Apr.
month-short-5 = Mai
month-short-6 = Juni
month-short-7 = Juli
month-short-8 = Aug.
month-short-9 = Sep.
month-short-10 = Okt.
month-short-11 = Nov.
month-short-12 = Dez.
month-long-1 = Januar
month-long-2 = Februar
month-long-3 = März
month-long-4 = April
month-long-5 = Mai
month-long-6 = Juni
month-long-7 = Juli
month-long-8 = August
month-long-9 = September
month-long-10 = Oktober
month-long-11 = November
month-long-12 = Dezember

## Why an order was changed.

changed-items-added = weitere Positionen
changed-shipping = Versand
changed-extra-service = Zusatzleistung
changed-correction = Korrektur
changed-other = andere Änderungen

## What the books themselves write on an entry.

posted-refund = Erstattung
posted-paid-out = Guthaben ausgezahlt
posted-returned = Rücklastschrift
posted-small-difference = Kleinbetrag
posted-late-fee = Mahngebühr
posted-adjustment = Saldokorrektur
posted-refunded-there = Beim Zahlungsdienst erstattet
posted-written-off = Ausgebucht

## Why lines were taken off an order as a whole.

ended-canceled = storniert
ended-denied = abgelehnt
ended-withdrawn = zurückgezogen
