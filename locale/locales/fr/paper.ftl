### Papers in French: what PDFs print.

## Titles

paper-order = Commande
paper-application = Demande
paper-invoice = Facture
paper-credit_note = Avoir
paper-receipt = Reçu
paper-refund = Remboursement
paper-statement = Relevé de compte
paper-draft = Brouillon

## Who and which

paper-page = Page
paper-billed_to = Facturé à
paper-customer = Client
paper-applicant = Demandeur
paper-received_from = Reçu de
paper-from = De
paper-order_no = N° de commande
paper-application_no = N° de demande
paper-invoice_no = N° de facture
paper-credit_note_no = N° d’avoir
paper-payment_no = N° de paiement
paper-customer_no = N° client
paper-date = Date
paper-ordered = Commandé le
paper-submitted = Déposée le
paper-issued = Émise le
paper-due = Échéance
paper-terms = Conditions
paper-your_reference = Votre réf.
paper-reference = Référence
paper-reason = Motif
paper-amounts_in = Montants en { $currency }

## Lines and sums

paper-description = Désignation
paper-quantity = Qté
paper-unit_price = Prix unitaire
paper-tax = TVA
paper-amount = Montant
paper-subtotal = Sous-total
paper-tax_on = TVA { $rate } sur { $base }
paper-tax_within = Dont TVA { $rate } sur { $base }
paper-total = Total
paper-carried_over = À reporter
paper-late_fees = Frais de retard
paper-credited = Crédité
paper-written_off = Passé en perte
paper-paid = Payé
paper-already_paid = Déjà payé
paper-applied_balance = Solde imputé
paper-amount_due = Montant dû
paper-due_at_issue = Dû à l’émission
paper-due_on = À payer le { $day }
paper-nothing_to_pay = Rien à payer
paper-not_a_demand = Pas une demande de paiement

## Amendments

paper-added = Ajouté le { $day }
paper-removed = Retiré le { $day }
paper-items_added = articles ajoutés
paper-shipping = livraison
paper-extra_service = service supplémentaire
paper-correction = correction

## Payments

paper-payments = Paiements
paper-method = Réglé par
paper-of_payment = sur { $amount }
paper-card = Carte
paper-ending = { $name } •••• { $last4 }
paper-card_terminal = Terminal de carte
paper-cash = Espèces
paper-check = Chèque
paper-check_number = Chèque n° { $number }
paper-bank_transfer = Virement
paper-bank_debit = Prélèvement
paper-other_means = Autre

## Marks

paper-mark_unpaid = Impayé
paper-mark_part_paid = Payé en partie
paper-mark_paid = Payé
paper-mark_overdue = En retard
paper-mark_pending = Paiement en cours
paper-mark_void = Annulé
paper-mark_uncollectible = Irrécouvrable
paper-mark_canceled = Annulé

## How to pay

paper-pay_online = Payer en ligne
paper-pay_scan = Scannez le code ou ouvrez le lien. Il montre toujours ce qui est dû à cet instant.
paper-pay_by_transfer = Payer par virement
paper-quote_number = Merci d’indiquer le numéro de ce document.
paper-qr_alt = Code QR qui ouvre { $address }

## The sheet behind an invoice

paper-as_at = Au { $moment }
paper-as_at_lead = La facture { $number } a été émise le { $day } et n’a pas été modifiée. Cette feuille indique ce qui s’est passé depuis et ce qui est dû maintenant.
paper-since_issue = Depuis l’émission
paper-change = Opération
paper-number = Numéro
paper-change_payment = Paiement
paper-change_credit_note = Avoir
paper-change_late_fee = Frais de retard
paper-change_write_off = Passage en perte
paper-change_refund = Remboursement
paper-change_return = Paiement rejeté
paper-change_reversal = Contre-passation
paper-change_void = Annulation

## Credit note

paper-credits_invoice = Sur la facture { $number }
paper-credited_total = Montant crédité
paper-due_before = Dû sur la facture avant
paper-due_after = Dû sur la facture après
paper-freed = Sommes libérées
paper-goes_to = Vers
paper-to_balance = Votre solde créditeur
paper-to_means = Retour vers { $means }
paper-to_outside = Versement

## Receipt

paper-amount_received = Montant reçu
paper-received = Reçu le
paper-received_at = Reçu le { $moment }
paper-counts_for = Date de valeur
paper-what_for = Affectation
paper-document = Document
paper-applied = Imputé
paper-still_due = Reste dû
paper-tendered = Espèces remises
paper-change_given = Monnaie rendue
paper-refunded = Remboursé depuis
paper-credit_left = Reste à votre crédit
paper-still_owed = Solde restant dû
paper-mark_refunded = Remboursé

## Refund

paper-refund_no = Numéro
paper-amount_refunded = Montant remboursé
paper-refunded_to = Remboursé à
paper-refunded_at = Remboursé le { $moment }
paper-payment_was = Paiement { $number }
paper-refunded_before = Remboursé auparavant
paper-left_of_payment = Reste du paiement
paper-owed_again = À nouveau dû

## Statement and letter

paper-period = Du { $from } au { $to }
paper-opening = Solde initial
paper-closing = Solde final
paper-charges = Débits
paper-credits = Crédits
paper-balance = Solde
paper-activity = Mouvements
paper-amount_owed = Montant dû
paper-credit_balance = Solde créditeur
paper-sign_note = Un solde négatif est dû à { $business } ; un solde positif est à votre crédit.
paper-opening_differs = Le dernier relevé se clôturait à { $amount }. Ces écritures de dates antérieures ont été ajoutées depuis.
paper-entered_since = Écritures ajoutées depuis le dernier relevé
paper-ageing = Montants dus par ancienneté
paper-not_yet_due = Non échu
paper-days = { $range } jours
paper-over_days = Plus de { $days } jours
paper-free_credit = Crédit non imputé
paper-open_items = Ce qui reste ouvert
paper-open = Ouvert
paper-days_late = { $days ->
    [one] { $days } jour de retard
   *[other] { $days } jours de retard
}

## What is written on a paper besides its own words.

written-leftover = Remises sur des lignes retirées
written-reference = Référence
letter-subject = Votre compte chez { $business }
letter-greeting = À l’attention de { $name },
letter-open = voici ce qui reste ouvert à ce jour sur votre compte.
letter-nothing = Rien n’est dû pour le moment. Merci.
letter-by-code = Vous pouvez payer par carte avec votre téléphone : scannez le code ci-dessous. Aucun compte n’est nécessaire. La page montre toujours ce qui est dû à ce moment-là.
letter-ask = Veuillez nous demander comment le régler.
letter-regards = Cordialement

# A made-up paper, to try a template on
sample-table = Table en chêne
sample-table-detail = huilée, 90 × 200
sample-shipping = Livraison
sample-shipping-where = vers l’île
sample-shipping-part = Livraison, en partie
sample-shipping-reason = La livraison a été facturée trop cher
sample-order = Deux tables pour la boutique
sample-order-message = La livraison a coûté plus que prévu.
sample-order-note = Merci de votre commande.
sample-terms = 14 jours
