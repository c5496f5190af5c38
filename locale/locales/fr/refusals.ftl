### Why a payer cannot do something, by the published code (`books::refusal::Code`) in small letters.

refusal-no-balance = Rien n’est dû ici.
refusal-no-processor = Cette entreprise ne peut pas être payée en ligne pour le moment. Veuillez demander comment payer.
refusal-processor-incompatible = Cela n’est pas possible ici pour le moment. Veuillez demander comment payer.
refusal-payment-pending = Un paiement est en cours. Veuillez attendre d’en connaître l’issue.
refusal-link-revoked = Ce lien n’est plus valable : demandez-en un nouveau.
refusal-link-expired = Ce lien a expiré : faites-vous en envoyer un nouveau.
refusal-view-only = Cette page montre le solde ; il ne peut pas être payé ici.
refusal-full-only = Ce lien n’accepte que le montant total.
refusal-below-minimum = Le montant est inférieur au minimum : augmentez-le.
refusal-above-due = Le montant dépasse ce qui est dû : diminuez-le.
refusal-invalid-amount = Saisissez un montant comme celui qui est affiché.
refusal-nothing-chosen = Choisissez ce que vous souhaitez payer.
refusal-other = Cela n’est pas possible pour le moment. Rechargez la page pour voir la situation.

## The same where the amounts are known.

refused-payment-pending = Un paiement de { $amount } est en cours. Veuillez attendre d’en connaître l’issue.
refused-full-only = Ce lien n’accepte que le montant total de { $amount }.
refused-below-minimum = Payez au moins { $amount }.
refused-not-offered = Choisissez l’un des montants proposés ou le total de { $amount }.
refused-above-due = { $asked } dépasse les { $amount } dus : diminuez le montant.
