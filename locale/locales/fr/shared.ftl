### Le nom des choses, sur les pages et dans les e-mails.

document-order = Commande { $number }
document-application = Demande { $number }
document-invoice = Facture { $number }
document-draft = Facture provisoire
document-balance = Votre solde
document-payment = Paiement { $number }
document-refund = Remboursement { $number }
document-credit-note = Avoir sur { $number }

## How money came.

means-ending = { $name } se terminant par { $last4 }
means-bank-debit = Prélèvement bancaire
means-online = en ligne
means-at-processor = facture du prestataire de paiement
means-cash = { $reference ->
    [none] espèces
   *[other] espèces { $reference }
}
means-check = { $reference ->
    [none] chèque
   *[other] chèque { $reference }
}
means-bank-transfer = { $reference ->
    [none] virement
   *[other] virement { $reference }
}
means-card-terminal = { $reference ->
    [none] terminal de carte
   *[other] terminal de carte { $reference }
}
means-other = { $reference ->
    [none] enregistré par l’entreprise
   *[other] enregistré par l’entreprise, { $reference }
}

## Why a payment was not made.

decline-card-declined = La banque a refusé la carte.
decline-insufficient-funds = Le paiement a été refusé : la provision de la carte ou du compte est insuffisante.
decline-expired-card = La carte a expiré.
decline-incorrect-cvc = Le code de sécurité de la carte est incorrect.
decline-authentication-required = La banque demande au titulaire de la carte de confirmer ce paiement.
decline-returned = La banque l’a rejeté.
decline-other = Il n’a pas abouti.

## Months, short and long.

month-short-1 = janv.
month-short-2 = févr.
month-short-3 = mars
month-short-4 = avr.
month-short-5 = mai
month-short-6 = juin
month-short-7 = juil.
month-short-8 = août
month-short-9 = sept.
month-short-10 = oct.
month-short-11 = nov.
month-short-12 = déc.
month-long-1 = janvier
month-long-2 = février
month-long-3 = mars
month-long-4 = avril
month-long-5 = mai
month-long-6 = juin
month-long-7 = juillet
month-long-8 = août
month-long-9 = septembre
month-long-10 = octobre
month-long-11 = novembre
month-long-12 = décembre

## Why an order was changed.

changed-items-added = articles ajoutés
changed-shipping = livraison
changed-extra-service = service supplémentaire
changed-correction = correction
changed-other = autres modifications

## What the books themselves write on an entry.

posted-refund = Remboursement
posted-paid-out = Avoir versé
posted-returned = Paiement rejeté
posted-small-difference = Petite différence
posted-late-fee = Frais de retard
posted-adjustment = Ajustement du solde
posted-refunded-there = Remboursé chez le prestataire de paiement
posted-written-off = Passé en perte

## Why lines were taken off an order as a whole.

ended-canceled = annulée
ended-denied = refusée
ended-withdrawn = retirée
