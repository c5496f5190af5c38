### Cómo se llaman las cosas, en páginas y correos.

document-order = Pedido { $number }
document-application = Solicitud { $number }
document-invoice = Factura { $number }
document-draft = Borrador de factura
document-balance = Su saldo
document-payment = Pago { $number }
document-refund = Reembolso { $number }
document-credit-note = Nota de crédito sobre { $number }

## How money came.

means-ending = { $name } terminada en { $last4 }
means-bank-debit = Domiciliación bancaria
means-online = en línea
means-at-processor = factura del proveedor de pagos
means-cash = { $reference ->
    [none] efectivo
   *[other] efectivo { $reference }
}
means-check = { $reference ->
    [none] cheque
   *[other] cheque { $reference }
}
means-bank-transfer = { $reference ->
    [none] transferencia bancaria
   *[other] transferencia bancaria { $reference }
}
means-card-terminal = { $reference ->
    [none] terminal de tarjeta
   *[other] terminal de tarjeta { $reference }
}
means-other = { $reference ->
    [none] registrado por la empresa
   *[other] registrado por la empresa, { $reference }
}

## Why a payment was not made.

decline-card-declined = El banco emisor ha rechazado la tarjeta.
decline-insufficient-funds = El pago se ha rechazado: no hay saldo suficiente en la tarjeta o la cuenta.
decline-expired-card = La tarjeta ha caducado.
decline-incorrect-cvc = El código de seguridad de la tarjeta no es correcto.
decline-authentication-required = El banco pide al titular de la tarjeta que confirme este pago.
decline-returned = El banco lo ha devuelto.
decline-other = No se ha completado.

## Months, short and long.

month-short-1 = ene
month-short-2 = feb
month-short-3 = mar
month-short-4 = abr
month-short-5 = may
month-short-6 = jun
month-short-7 = jul
month-short-8 = ago
month-short-9 = sept
month-short-10 = oct
month-short-11 = nov
month-short-12 = dic
month-long-1 = enero
month-long-2 = febrero
month-long-3 = marzo
month-long-4 = abril
month-long-5 = mayo
month-long-6 = junio
month-long-7 = julio
month-long-8 = agosto
month-long-9 = septiembre
month-long-10 = octubre
month-long-11 = noviembre
month-long-12 = diciembre

## Why an order was changed.

changed-items-added = artículos añadidos
changed-shipping = envío
changed-extra-service = servicio adicional
changed-correction = corrección
changed-other = otros cambios

## What the books themselves write on an entry.

posted-refund = Reembolso
posted-paid-out = Crédito devuelto
posted-returned = Pago devuelto
posted-small-difference = Pequeña diferencia
posted-late-fee = Recargo por demora
posted-adjustment = Ajuste del saldo
posted-refunded-there = Reembolsado desde el proveedor de pagos
posted-written-off = Dado de baja

## Why lines were taken off an order as a whole.

ended-canceled = anulado
ended-denied = denegada
ended-withdrawn = retirada
