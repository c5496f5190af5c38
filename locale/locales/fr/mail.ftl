### E-mails aux clients.

mail-greeting = Bonjour { $name },
mail-questions = Une question ? Répondez à cet e-mail.
mail-can-reply = Vous pouvez répondre à cet e-mail.
mail-leave-aside = Si vous n’avez rien demandé, vous pouvez ignorer cet e-mail.
mail-total = Total
mail-paid = Déjà payé
mail-amount-due = Montant dû
mail-due-on = Échéance
mail-due-on-day = À payer le { $day }
mail-payment = Paiement
mail-method = Moyen de paiement
mail-still-due = Reste dû
mail-reason = Motif
mail-view-invoice = Voir la facture
mail-try-again = Réessayer
mail-link-until = Le lien fonctionne jusqu’au

## Payment request

mail-request-subject = Demande de paiement de { $business } : { $document }
mail-request-preview = { $document } : { $amount } à payer.
mail-request-text = { $document } : un montant reste à payer. Vous pouvez voir à quoi il correspond et le régler en ligne ; aucun compte n’est nécessaire.

## Invoice

mail-invoice-subject = { $invoice } de { $business }
mail-invoice-again-subject = Rappel : { $invoice } de { $business }
mail-invoice-preview = { $invoice } : { $amount } à payer.
mail-invoice-text = Nous vous adressons le document suivant : { $invoice }. Vous pouvez le consulter, le télécharger et le régler en ligne ; aucun compte n’est nécessaire.
mail-invoice-again-text = Nous vous rappelons le document suivant : { $invoice }.
mail-invoice-late-text = { $invoice } : l’échéance est dépassée. Si votre paiement est en route, nous vous en remercions.
mail-invoice-settled-text = Nous vous adressons le document suivant : { $invoice }. Il n’y a rien à payer.

## Receipt

mail-receipt-subject = Reçu { $number } de { $business }
mail-receipt-preview = Merci. Nous avons reçu { $amount }.
mail-receipt-label = Reçu
mail-receipt-paid-on = Payé le { $day }
mail-receipt-text = Merci, votre paiement nous est parvenu. Voici votre reçu.
mail-receipt-button = Voir le reçu

## Refund

mail-refund-subject = { $business } vous a remboursé { $amount }
mail-refund-preview = { $amount } vous ont été remboursés.
mail-refund-label = Remboursement
mail-refund-to = vers { $means }
mail-refund-text = Nous vous avons remboursé { $amount } vers { $means }.
mail-refund-outside = à vous, hors de votre carte
mail-refund-outside-text = Nous vous avons remboursé { $amount } hors de votre carte.
mail-refund-owed = Votre solde à régler chez nous est maintenant de { $amount }.
mail-refund-number = Remboursement
mail-refund-payment = Du paiement
mail-refund-closing = Un remboursement sur une carte peut mettre quelques jours à apparaître sur son relevé. Une question ? Répondez à cet e-mail.

## Credit note

mail-credit-subject = Avoir { $number } de { $business }
mail-credit-preview = { $invoice } : { $amount } crédités.
mail-credit-label = Avoir
mail-credit-on = Crédité : { $invoice }
mail-credit-text = { $invoice } : nous avons déduit { $amount }.
mail-credit-before = Dû auparavant
mail-credit-now = Dû maintenant
mail-credit-kept = Conservé à votre crédit

## Statement

mail-statement-subject = Votre relevé de compte chez { $business }
mail-statement-preview = Votre relevé de compte chez { $business }, du { $from } au { $to }.
mail-statement-label = Relevé de compte, du { $from } au { $to }
mail-statement-text = Voici votre relevé de compte. Vous pouvez voir chaque débit et chaque paiement, le télécharger en PDF et régler ce qui reste dû ; aucun compte n’est nécessaire.
mail-statement-button = Voir le relevé
mail-statement-opening = Solde initial
mail-statement-charged = Débité
mail-statement-credited = Payé et crédité
mail-statement-owed = Montant dû à la fin
mail-statement-settled = Rien de dû à la fin
mail-statement-credit = Solde créditeur à la fin

## A payment failed

mail-failed-subject = Votre paiement à { $business } n’a pas abouti
mail-failed-preview = Votre paiement de { $amount } n’a pas abouti.
mail-failed-label = Paiement : { $document }
mail-failed-under = Non payé
mail-failed-text = Votre paiement n’a pas abouti. { $reason } Rien n’a été prélevé.
mail-failed-again = Vous pouvez réessayer avec le même moyen de paiement ou un autre.

## The bank asks to confirm

mail-confirm-subject = Merci de confirmer { $amount } pour { $business }
mail-confirm-preview = Votre banque vous demande de confirmer { $amount }.
mail-confirm-label = Confirmation demandée
mail-confirm-by = par { $means }
mail-confirm-text = Nous souhaitions prélever { $amount } sur votre moyen de paiement enregistré ({ $means }). Votre banque vous demande d’abord de confirmer. Rien n’a encore été prélevé.
mail-confirm-button = Confirmer le paiement
mail-confirm-closing = La page est utilisable pendant un jour. Une question ? Répondez à cet e-mail.

## Links

mail-link-subject = Votre solde chez { $business }
mail-link-preview = Votre solde chez { $business }.
mail-link-label = Votre solde
mail-link-under = Dû actuellement
mail-link-text = Sur cette page, vous pouvez voir votre solde actuel et les débits récents, et payer. Elle montre toujours la situation au moment où vous l’ouvrez.
mail-link-button = Voir le solde
mail-fresh-subject = Votre nouveau lien de { $business }
mail-fresh-preview = Voici votre nouveau lien de { $business }.
mail-fresh-headline = Votre nouveau lien
mail-fresh-under = Le précédent avait expiré
mail-fresh-text = Vous avez demandé un nouveau lien. Celui que vous aviez ne fonctionne plus.
mail-fresh-button = Ouvrir

## The way into the portal

mail-entry-subject = Connexion à votre compte chez { $business }
mail-entry-preview = Connectez-vous pour voir votre compte chez { $business }.
mail-entry-label = Votre compte
mail-entry-headline = Connexion
mail-entry-under = { $minutes ->
    [one] Utilisable une fois, pendant { $minutes } minute
   *[other] Utilisable une fois, pendant { $minutes } minutes
}
mail-entry-text = Utilisez le bouton pour voir votre solde, vos factures, commandes et reçus, et pour payer.
mail-entry-button = Se connecter
mail-entry-closing = Si vous n’avez rien demandé, vous pouvez ignorer cet e-mail : personne n’entre sans lui.

## Tests and samples

mail-test-subject = Essai : { $subject }
sample-message = Vos tables sont terminées et attendent la camionnette.
sample-description = Réparation d’un tiroir
sample-refund-reason = Une table d’appoint est arrivée avec un pied fendu et a été renvoyée
sample-credit-reason = Endommagé à l’arrivée
sample-news-subject = Nous déménageons
sample-news = Nous déménageons le { $day }. Le nouvel atelier se trouve au 50 Alder Street.
sample-news-end = Vos meubles déménagent avec nous.
