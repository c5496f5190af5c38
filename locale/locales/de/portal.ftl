### Seiten für Zahlende.

## All pages

skip = Zum Inhalt springen
language = Sprache
ask = { $business } kontaktieren
print = Drucken
download = PDF herunterladen
back = Zurück
open = Öffnen
add = Hinzufügen
remove = Entfernen
show = Anzeigen
copy = Kopieren
copied = Kopiert
try-again = Erneut versuchen
reference = Referenz

## Names of columns and figures

date = Datum
number = Nummer
status = Status
total = Gesamtbetrag
amount = Betrag
amount-due = Offener Betrag
still-due = Noch offen
due = Fällig
due-on = fällig am { $day }
fees = Gebühren
paid = Bezahlt
credited = Gutgeschrieben
waived = Erlassen
receipt = Beleg
entry = Buchung
charge = Belastung
balance = Saldo
open-amount = Offen
period = Zeitraum
from = Von
to = Bis
from-to = { $from } bis { $to }
payments = Zahlungen
method = Zahlungsart
email = E-Mail

## What is owed

title-owed = { $amount } offen
title-settled = Alles bezahlt
title-credit = Guthaben von { $amount }
owes = Offen bei { $customer }
settled = { $customer }: Alles ist bezahlt
in-credit = { $customer }: Ihr Guthaben
past-due = { $amount } überfällig
nothing-due = Es ist nichts offen.
due-now-for = Jetzt offen, für { $customer }
nothing-due-for = Nichts offen, für { $customer }
nothing-due-any-more-for = Nichts mehr offen, für { $customer }
being-paid-for = Zahlung läuft, für { $customer }
what-is-owed = Was offen ist
what-you-can-do = Was Sie tun können
what-this-covers = Was dies umfasst
changed = Geändert am { $day }: { $reason }
includes-tax = darin { $rate } Steuer
paid-with = Bezahlt mit { $means }
all-paid = Alles ist bezahlt.
works-through = Dieser Link gilt bis { $day }.
amount-to-pay = { $amount } zu zahlen
recent = Letzte Belastungen und Zahlungen
nothing-charged = Bisher wurde nichts belastet.

## How it adds up

how-it-adds-up = So setzt es sich zusammen
adds-up = So setzt es sich zusammen
adds-up-of = So setzt es sich zusammen: { $about }
what-to-pay = Was zu zahlen ist
taken-back = zurückgenommen
applied-to = angerechnet auf { $charge }

## Paying

pay-online = Online bezahlen
not-through = Das hat nicht geklappt.
how-much = Wie viel möchten Sie bezahlen?
pay-amount = { $amount } bezahlen
keep-card = Diese Karte für das nächste Mal speichern
keep-card-text = { $business } darf damit später einziehen, was Sie schulden. Sie können die Karte jederzeit entfernen lassen.
continue-to-payment = Weiter zur Zahlung
secure-page = Sie bezahlen auf der sicheren Seite von { $processor }. Wir sehen Ihre Karte nie.
onward-continue = Weiter
onward-pay = { $amount } an { $business } zahlen
onward-pay-text = Die Karte wird auf der eigenen Seite des Zahlungsdienstes eingegeben. { $business } sieht die Nummer nie.
onward-save = Karte für { $business } speichern
onward-save-text = Die Karte wird auf der eigenen Seite des Zahlungsdienstes eingegeben. Jetzt wird nichts abgebucht, und { $business } sieht die Nummer nie.
at-least = Mindestens { $amount }.
up-to = Bis zu { $amount }.
all-that-is-due = { $amount }, alles was offen ist
all-set = Alles bezahlt
all-set-text = Es ist nichts offen. Vielen Dank.
all-set-paid-on = Es ist nichts offen. Bezahlt am { $day }. Vielen Dank.
view-receipt = Beleg ansehen
you-have-credit = Sie haben ein Guthaben von { $amount }
credit-text = Es wird mit dem Nächsten verrechnet. Sie haben nichts zu zahlen.
checking-your-payment = Ihre Zahlung wird geprüft
unknown-text = Der Zahlungsdienst hat uns zu { $amount } vom { $moment } noch nicht geantwortet. Wir fragen nach. Bitte zahlen Sie nicht noch einmal; diese Seite aktualisiert sich von selbst.
payment-under-way = Zahlung läuft
being-processed = { $amount } vom { $moment } wird bearbeitet.
debits-take-days = Lastschriften dauern zwei bis drei Werktage.
nothing-to-do = Sie müssen nichts tun.
not-here = Online bezahlen ist hier nicht möglich
shows-balance = Diese Seite zeigt den Saldo; er kann hier nicht bezahlt werden.
not-payable = { $business } kann derzeit nicht online bezahlt werden. Bitte fragen Sie, wie Sie bezahlen können.
one-moment = Einen Moment bitte
page-not-opened = Die Zahlungsseite konnte gerade nicht geöffnet werden. Es wurde nichts abgebucht. Bitte versuchen Sie es in einigen Sekunden erneut.
secure-fields = Sie bezahlen in den eigenen Feldern von { $processor }. Wir sehen Ihre Karte nie.
fields-label = Zahlungsart, in den eigenen Feldern von { $processor }
fields-loading = Die Felder von { $processor } werden geöffnet …
fields-no-script = Die Felder von { $processor } brauchen JavaScript. Ohne können Sie auf der Seite von { $processor } bezahlen.
fields-unavailable = Die Felder von { $processor } konnten nicht geöffnet werden. Sie können stattdessen auf der Seite von { $processor } bezahlen.
fields-failed = Das hat nicht geklappt, und es wurde nichts abgebucht. Prüfen Sie Ihre Eingaben oder wählen Sie eine andere Zahlungsart.
fields-way = Wie möchten Sie bezahlen?
fields-card = Karte
fields-bank = Bankkonto
fields-holder = Name der Kontoinhaberin oder des Kontoinhabers
fields-bank-text = Mit dem Knopf bestätigen Sie das Konto bei Ihrer Bank und erlauben { $business }, einmal { $amount } über { $processor } von ihm einzuziehen. Wir sehen weder Ihre Anmeldung noch Ihre Kontonummer.
fields-holder-needed = Geben Sie den Namen der Kontoinhaberin oder des Kontoinhabers ein.
fields-bank-unconfirmed = Das Bankkonto wurde nicht bestätigt, und es wurde nichts abgebucht. Versuchen Sie es noch einmal oder bezahlen Sie mit Karte.
pay-elsewhere = Lieber auf der Seite von { $processor } bezahlen

## What became of a payment

your-payment = Ihre Zahlung
payment-received = Zahlung erhalten
thank-you-received = Vielen Dank. { $business } hat Ihre Zahlung am { $moment } erhalten.
taken-on = Der Zahlungsdienst hat sie angenommen.
checking = Rückfrage beim Zahlungsdienst
checking-text = Wir wissen noch nicht, ob diese Zahlung gelungen ist, und fragen nach. Bitte zahlen Sie nicht noch einmal. Diese Seite aktualisiert sich von selbst, und wir senden Ihnen den Beleg per E-Mail.
payment-declined = Zahlung abgelehnt
no-money-taken = Es wurde nichts abgebucht.
payment-not-made = Nicht bezahlt
turned-back = Sie sind vor dem Bezahlen zurückgegangen. Es wurde nichts abgebucht.
returned = Die Bank hat diese Zahlung zurückgegeben.

## Saved methods

card-saved = Ihre Karte ist gespeichert
card-saved-text = Offene Beträge können damit eingezogen werden. Sie können diese Seite schließen.
no-card = Es wurde keine Karte gespeichert
no-card-text = Die Seite wurde geschlossen, bevor eine Karte angegeben war.
no-card-yet = Noch ist keine Karte gespeichert
no-card-yet-text = Gehen Sie zurück, um abzuschließen, oder bitten Sie um eine neue Seite.
saved-methods = Gespeicherte Karten und Konten
none-saved = Nichts gespeichert.
good-through = gültig bis { $month }
is-default = wird sonst verwendet
expired = abgelaufen
make-default = Als Standard
remove-confirm = Diese Zahlungsart entfernen? Sie wird nicht mehr belastet.

## The account

to-pay = Zu zahlen
late = überfällig
on-its-way = eine Zahlung ist unterwegs
on-its-way-title = Eine Zahlung dafür ist unterwegs
pay-ticked = Auswahl bezahlen
pay-all = Alles bezahlen, { $amount }
hand-over = Dem Kunden übergeben
which-currency = Währung
invoices = Rechnungen
invoices-newest = Rechnungen, neueste zuerst
orders = Aufträge und Anträge
none-yet = Noch nichts.
payments-receipts = Zahlungen und Belege
statements = Kontoauszüge
any-period = Anderer Zeitraum
none-sent = Bisher wurde keiner gesendet. Sie können einen für jeden Zeitraum erstellen.
statements-sent = Gesendete Kontoauszüge

## Statements

statement = Kontoauszug
statement-of-account = Kontoauszug
statement-from-to = Kontoauszug, { $from } bis { $to }
standing-owed = Offener Betrag
standing-settled = Nichts offen
standing-credit = Guthaben
standing-on = { $standing } am { $day }
said-before = Der vorige Auszug endete mit { $amount }. Seither für seine Tage eingetragen:
charges-below-zero = Belastungen sind negativ, Gutschriften positiv.
balance-start = Anfangssaldo
balance-end = Endsaldo
open-at-end = Am Ende offen
was-open-at-end = Was am Ende offen war
free-credit = Nicht verrechnetes Guthaben:
age-not-due = Nicht fällig
age-days = { $range } Tage
age-over = Über { $days }
spoken-nothing = Nichts ist offen
spoken-by-age = Offen nach Alter: { $parts }
spoken-not-due = { $percent } Prozent noch nicht fällig
spoken-days = { $percent } Prozent { $from } bis { $to } Tage
spoken-over = { $percent } Prozent mehr als { $days } Tage
wrong-days = Der letzte Tag liegt vor dem ersten.
wrong-day = Geben Sie ein Datum wie { $example } ein.
too-long-statement = Diese Tage enthalten zu viele Buchungen für einen Auszug. Wählen Sie weniger Tage.

## The doors

your-account = Ihr Konto
your-accounts = Ihre Konten
account-with = Ihr Konto bei { $business }
other-accounts = Andere Konten
sign-in = Anmelden
sign-out = Abmelden
sign-in-to-account = Melden Sie sich an
sign-in-lead = Sehen Sie, was offen ist, Ihre Rechnungen, Aufträge und Belege, und bezahlen Sie.
type-address = Geben Sie die E-Mail-Adresse ein, an die Ihre Rechnungen gehen. Wir senden Ihnen einen Link zur Anmeldung; ein Passwort gibt es nicht.
mail-me-a-link = Link zusenden
wrong-address = Geben Sie eine E-Mail-Adresse wie ada@example.com ein.
entry-used = Dieser Link wurde schon verwendet oder ist zu alt. Fordern Sie einen neuen an.
look-into-mail = Sehen Sie in Ihr Postfach
link-on-its-way = Wenn { $email } die Adresse eines Kunden ist, ist ein Link zur Anmeldung dorthin unterwegs. Er gilt einmal, eine halbe Stunde lang.
nothing-came = Nichts angekommen? Sehen Sie im Spamordner nach.
try-another-address = Andere Adresse versuchen
acting-label = Sie handeln für einen Kunden
acting-for = Sie handeln für { $customer }.
acting-recorded = Alles, was Sie hier tun, wird unter Ihrem Namen festgehalten, { $person }.
stop = Beenden

## Links that do not work

link-lost = Dieser Link funktioniert nicht
link-lost-text = Vielleicht wurde er unvollständig kopiert, durch einen neueren ersetzt, oder die Seite war länger als einen halben Tag offen. Öffnen Sie den Link in der letzten Nachricht, die Sie erhalten haben, oder fragen Sie, wer ihn gesendet hat.
link-expired = Dieser Link ist abgelaufen
links-stop = Links verfallen nach einiger Zeit, um Ihr Konto zu schützen. Wir können einen neuen an die hinterlegte Adresse senden.
mail-fresh-link = Neuen Link zusenden
fresh-on-its-way = Wenn eine Adresse hinterlegt ist, ist ein neuer Link dorthin unterwegs. Das kann einige Minuten dauern.

## Handing over

hand-over-title = Übergeben
ready-to-hand-over = Bereit zur Übergabe
pays-on-own-device = { $customer } bezahlt { $amount } auf dem eigenen Gerät. Ein Konto ist nicht nötig.
link-address = Adresse des Zahlungslinks
qr-code = QR-Code des Zahlungslinks
asks-for = Fordert
works-through-label = Gilt bis
email-it = Per E-Mail senden
no-email = Keine E-Mail
text-it = Per SMS senden
back-to-account = Zurück zum Konto
sms-text = { $business }: { $amount } zu zahlen: { $address }

## When something is wrong with a request

problem-title-400 = Ungültige Anfrage
problem-title-403 = Nicht erlaubt
problem-title-404 = Nicht gefunden
problem-title-409 = Derzeit nicht möglich
problem-title-410 = Nicht mehr vorhanden
problem-title-422 = Ungültige Angaben
problem-title-429 = Zu viele Versuche
problem-title-503 = Ausgelastet
problem-title-500 = Fehler auf unserer Seite
problem-title-other = Abgelehnt
problem-text-403 = Das dürfen Sie hier nicht.
problem-text-404 = Hier ist nichts, oder es ist nicht für Sie bestimmt.
problem-text-429 = Zu viele Versuche. Bitte warten Sie etwas und versuchen Sie es erneut.
problem-text-503 = Der Server ist ausgelastet und hat nichts getan. Bitte versuchen Sie es gleich noch einmal.
problem-text-500 = Auf unserer Seite ist etwas schiefgegangen. Die Referenz unten bezeichnet es in unserem Protokoll.
problem-text-other = Diese Anfrage kann so nicht angenommen werden. Gehen Sie zurück und versuchen Sie es erneut.

## States of documents, payments and entries

state-paid = Bezahlt
state-unpaid = Unbezahlt
state-part-paid = Teilweise bezahlt
state-overdue = Überfällig
state-open = Offen
state-pending = In Bearbeitung
state-unknown = Wird geprüft
state-authorized = Autorisiert
state-succeeded = Erfolgreich
state-failed = Fehlgeschlagen
state-returned = Zurückgegeben
state-refunded = Erstattet
state-part-refunded = Teilweise erstattet
state-disputed = Angefochten
state-canceled = Storniert
state-void = Storniert
state-draft = Entwurf
state-created = Angelegt
state-uncollectible = Uneinbringlich
state-credit = Guthaben
state-applied = Verrechnet
state-part-applied = Teilweise verrechnet
state-unapplied = Nicht verrechnet
state-reversed = Zurückgebucht
state-written-off = Ausgebucht
state-item = Position
state-shipping = Versand
state-discount = Rabatt
state-fee = Gebühr
state-service = Leistung
state-tax = Steuer
days-late = { $days ->
    [one] { $days } Tag überfällig
   *[other] { $days } Tage überfällig
}
