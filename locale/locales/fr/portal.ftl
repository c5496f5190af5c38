### Pages pour les payeurs.

## All pages

skip = Aller au contenu
language = Langue
ask = Contacter { $business }
print = Imprimer
download = Télécharger le PDF
back = Retour
open = Ouvrir
add = Ajouter
remove = Supprimer
show = Afficher
copy = Copier
copied = Copié
try-again = Réessayer
reference = Référence

## Names of columns and figures

date = Date
number = Numéro
status = Statut
total = Total
amount = Montant
amount-due = Montant dû
still-due = Reste dû
due = Échéance
due-on = à payer le { $day }
fees = Frais
paid = Payé
credited = Crédité
waived = Abandonné
receipt = Reçu
entry = Écriture
charge = Débit
balance = Solde
open-amount = Ouvert
period = Période
from = Du
to = Au
from-to = Du { $from } au { $to }
payments = Paiements
method = Moyen de paiement
email = E-mail

## What is owed

title-owed = { $amount } à payer
title-settled = Tout est réglé
title-credit = Crédit de { $amount }
owes = Dû par { $customer }
settled = { $customer } : tout est réglé
in-credit = { $customer } : solde en votre faveur
past-due = { $amount } : échéance dépassée
nothing-due = Rien n’est dû.
due-now-for = À payer maintenant, pour { $customer }
nothing-due-for = Rien à payer, pour { $customer }
nothing-due-any-more-for = Plus rien à payer, pour { $customer }
being-paid-for = Paiement en cours, pour { $customer }
what-is-owed = Ce qui est dû
what-you-can-do = Ce que vous pouvez faire
what-this-covers = Ce que cela couvre
changed = Modifié le { $day } : { $reason }
includes-tax = dont TVA { $rate }
paid-with = Payé avec { $means }
all-paid = Tout est payé.
works-through = Ce lien fonctionne jusqu’au { $day }.
amount-to-pay = { $amount } à payer
recent = Débits et paiements récents
nothing-charged = Rien n’a encore été débité.

## How it adds up

how-it-adds-up = Détail du calcul
adds-up = Détail du calcul
adds-up-of = Détail du calcul : { $about }
what-to-pay = Ce qui est à payer
taken-back = repris
applied-to = imputé sur { $charge }

## Paying

pay-online = Payer en ligne
not-through = Cela n’a pas abouti.
how-much = Combien souhaitez-vous payer ?
pay-amount = Payer { $amount }
keep-card = Enregistrer cette carte pour la prochaine fois
keep-card-text = { $business } pourra alors la débiter de ce que vous devez. Vous pouvez la faire supprimer à tout moment.
continue-to-payment = Continuer vers le paiement
secure-page = Vous payez sur la page sécurisée de { $processor }. Nous ne voyons jamais votre carte.
onward-continue = Continuer
onward-pay = Payer { $amount } à { $business }
onward-pay-text = La carte est saisie sur la page du service de paiement lui-même. { $business } ne voit jamais son numéro.
onward-save = Enregistrer une carte pour { $business }
onward-save-text = La carte est saisie sur la page du service de paiement lui-même. Rien n’est débité maintenant, et { $business } ne voit jamais son numéro.
at-least = Au moins { $amount }.
up-to = Jusqu’à { $amount }.
all-that-is-due = { $amount }, tout ce qui est dû
all-set = Tout est réglé
all-set-text = Rien n’est dû. Merci.
all-set-paid-on = Rien n’est dû. Payé le { $day }. Merci.
view-receipt = Voir le reçu
you-have-credit = Vous avez un crédit de { $amount }
credit-text = Il servira pour la suite. Vous n’avez rien à payer.
checking-your-payment = Vérification de votre paiement
unknown-text = Le prestataire de paiement ne nous a pas encore répondu au sujet de { $amount } du { $moment }. Nous l’interrogeons. Ne payez pas une seconde fois ; cette page se met à jour toute seule.
payment-under-way = Paiement en cours
being-processed = { $amount } du { $moment } : traitement en cours.
debits-take-days = Un prélèvement prend deux à trois jours ouvrés.
nothing-to-do = Vous n’avez rien à faire.
not-here = Le paiement en ligne n’est pas possible ici
shows-balance = Cette page montre le solde ; il ne peut pas être payé ici.
not-payable = { $business } ne peut pas être payé en ligne pour le moment. Veuillez demander comment payer.
one-moment = Un instant
page-not-opened = La page de paiement n’a pas pu être ouverte. Rien n’a été prélevé. Veuillez réessayer dans quelques secondes.
secure-fields = Vous payez dans les champs de { $processor }. Nous ne voyons jamais votre carte.
fields-label = Moyen de paiement, dans les champs de { $processor }
fields-loading = Ouverture des champs de { $processor } …
fields-no-script = Les champs de { $processor } ont besoin de JavaScript. Sans lui, vous pouvez payer sur la page de { $processor }.
fields-unavailable = Les champs de { $processor } n’ont pas pu s’ouvrir. Vous pouvez payer sur la page de { $processor }.
fields-failed = Le paiement n’a pas abouti et rien n’a été prélevé. Vérifiez votre saisie ou essayez un autre moyen de paiement.
fields-way = Comment voulez-vous payer ?
fields-card = Carte
fields-bank = Compte bancaire
fields-holder = Nom du titulaire du compte
fields-bank-text = En appuyant sur le bouton, vous confirmez le compte auprès de votre banque et autorisez { $business } à y prélever { $amount } une seule fois, par { $processor }. Nous ne voyons ni vos identifiants ni votre numéro de compte.
fields-holder-needed = Saisissez le nom du titulaire du compte.
fields-bank-unconfirmed = Le compte bancaire n’a pas été confirmé et rien n’a été prélevé. Réessayez ou payez par carte.
pay-elsewhere = Payer plutôt sur la page de { $processor }

## What became of a payment

your-payment = Votre paiement
payment-received = Paiement reçu
thank-you-received = Merci. { $business } a reçu votre paiement le { $moment }.
taken-on = Le prestataire de paiement l’a pris en charge.
checking = Vérification en cours
checking-text = Nous ne savons pas encore si ce paiement a abouti et nous renseignons. Ne payez pas une seconde fois. Cette page se met à jour toute seule et nous vous enverrons le reçu par e-mail.
payment-declined = Paiement refusé
no-money-taken = Rien n’a été prélevé.
payment-not-made = Paiement non effectué
turned-back = Vous êtes revenu avant de payer. Rien n’a été prélevé.
returned = La banque a rejeté ce paiement.

## Saved methods

card-saved = Votre carte est enregistrée
card-saved-text = Elle pourra être débitée de ce que vous devez. Vous pouvez fermer cette page.
no-card = Aucune carte n’a été enregistrée
no-card-text = La page a été fermée avant qu’une carte y soit saisie.
no-card-yet = Aucune carte n’est encore enregistrée
no-card-yet-text = Revenez pour terminer ou demandez une nouvelle page.
saved-methods = Cartes et comptes enregistrés
none-saved = Aucun n’est enregistré.
good-through = valable jusqu’à { $month }
is-default = utilisé sauf autre choix
expired = expirée
make-default = Par défaut
remove-confirm = Supprimer ce moyen de paiement ? Il ne sera plus débité.

## The account

to-pay = À payer
late = en retard
on-its-way = un paiement est en route
on-its-way-title = Un paiement est en route pour ceci
pay-ticked = Payer la sélection
pay-all = Tout payer, { $amount }
hand-over = Remettre au client
which-currency = Devise
invoices = Factures
invoices-newest = Factures, les plus récentes d’abord
orders = Commandes et demandes
none-yet = Rien pour le moment.
payments-receipts = Paiements et reçus
statements = Relevés
any-period = Autre période
none-sent = Aucun n’a encore été envoyé. Vous pouvez en créer un pour toute période.
statements-sent = Relevés envoyés

## Statements

statement = Relevé
statement-of-account = Relevé de compte
statement-from-to = Relevé, du { $from } au { $to }
standing-owed = Montant dû
standing-settled = Rien de dû
standing-credit = Crédit
standing-on = { $standing } au { $day }
said-before = Le relevé précédent se terminait à { $amount }. Ce qui a été saisi depuis pour ses jours :
charges-below-zero = Les débits sont négatifs, les crédits positifs.
balance-start = Solde initial
balance-end = Solde final
open-at-end = Ouvert à la fin
was-open-at-end = Ce qui était ouvert à la fin
free-credit = Crédit non imputé :
age-not-due = Non échu
age-days = { $range } jours
age-over = Plus de { $days }
spoken-nothing = Rien n’est dû
spoken-by-age = Dû par ancienneté : { $parts }
spoken-not-due = { $percent } pour cent non échus
spoken-days = { $percent } pour cent de { $from } à { $to } jours
spoken-over = { $percent } pour cent plus de { $days } jours
wrong-days = Le dernier jour précède le premier.
wrong-day = Saisissez une date comme { $example }.
too-long-statement = Ces jours comptent trop d’écritures pour un seul relevé. Choisissez moins de jours.

## The doors

your-account = Votre compte
your-accounts = Vos comptes
account-with = Votre compte chez { $business }
other-accounts = Autres comptes
sign-in = Se connecter
sign-out = Se déconnecter
sign-in-to-account = Connectez-vous à votre compte
sign-in-lead = Consultez ce qui est dû, vos factures, commandes et reçus, et payez.
type-address = Saisissez l’adresse e-mail à laquelle vous recevez vos factures. Nous vous enverrons un lien de connexion ; il n’y a pas de mot de passe.
mail-me-a-link = Recevoir un lien
wrong-address = Saisissez une seule adresse, comme ada@example.com.
entry-used = Ce lien a déjà été utilisé ou est trop ancien. Demandez-en un nouveau.
look-into-mail = Consultez vos e-mails
link-on-its-way = Si { $email } est l’adresse d’un client, un lien de connexion lui est envoyé. Il fonctionne une fois, pendant une demi-heure.
nothing-came = Rien reçu ? Regardez dans les indésirables.
try-another-address = Essayer une autre adresse
acting-label = Vous agissez pour un client
acting-for = Vous agissez pour { $customer }.
acting-recorded = Tout ce que vous faites ici est enregistré sous votre nom, { $person }.
stop = Arrêter

## Links that do not work

link-lost = Ce lien ne fonctionne pas
link-lost-text = Il a peut-être été copié incomplètement ou remplacé par un plus récent, ou la page est restée ouverte plus d’une demi-journée. Ouvrez le lien du dernier message reçu, ou demandez à la personne qui vous l’a envoyé.
link-expired = Ce lien a expiré
links-stop = Les liens expirent après un certain temps pour protéger votre compte. Nous pouvons en envoyer un nouveau à l’adresse enregistrée.
mail-fresh-link = Recevoir un nouveau lien
fresh-on-its-way = Si une adresse est enregistrée, un nouveau lien lui est envoyé. Cela peut prendre quelques minutes.

## Handing over

hand-over-title = Remettre
ready-to-hand-over = Prêt à remettre
pays-on-own-device = { $customer } paie { $amount } sur son propre appareil. Aucun compte n’est nécessaire.
link-address = Adresse du lien de paiement
qr-code = Code QR du lien de paiement
asks-for = Demande
works-through-label = Fonctionne jusqu’au
email-it = Envoyer par e-mail
no-email = Pas d’e-mail
text-it = Envoyer par SMS
back-to-account = Retour au compte
sms-text = { $business } : { $amount } à payer : { $address }

## When something is wrong with a request

problem-title-400 = Requête incorrecte
problem-title-403 = Non autorisé
problem-title-404 = Introuvable
problem-title-409 = Impossible en l’état
problem-title-410 = N’existe plus
problem-title-422 = Valeurs incorrectes
problem-title-429 = Trop de tentatives
problem-title-503 = Occupé
problem-title-500 = Erreur de notre côté
problem-title-other = Refusé
problem-text-403 = Vous ne pouvez pas faire cela ici.
problem-text-404 = Il n’y a rien ici, ou cela ne vous est pas destiné.
problem-text-429 = Trop de tentatives. Veuillez patienter un peu et réessayer.
problem-text-503 = Le serveur est occupé et n’a rien fait. Veuillez réessayer dans un instant.
problem-text-500 = Une erreur s’est produite de notre côté. La référence ci-dessous la désigne dans notre journal.
problem-text-other = Cette demande ne peut pas être acceptée telle quelle. Revenez en arrière et réessayez.

## States of documents, payments and entries

state-paid = Payé
state-unpaid = Impayé
state-part-paid = Payé en partie
state-overdue = En retard
state-open = Ouvert
state-pending = En cours
state-unknown = À confirmer
state-authorized = Autorisé
state-succeeded = Réussi
state-failed = Échoué
state-returned = Rejeté
state-refunded = Remboursé
state-part-refunded = Remboursé en partie
state-disputed = Contesté
state-canceled = Annulé
state-void = Annulé
state-draft = Brouillon
state-created = Créé
state-uncollectible = Irrécouvrable
state-credit = Crédit
state-applied = Imputé
state-part-applied = Imputé en partie
state-unapplied = Non imputé
state-reversed = Contre-passé
state-written-off = Passé en perte
state-item = Article
state-shipping = Livraison
state-discount = Remise
state-fee = Frais
state-service = Service
state-tax = Taxe
days-late = { $days ->
    [one] { $days } jour de retard
   *[other] { $days } jours de retard
}
