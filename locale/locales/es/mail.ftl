### Correos a clientes.

mail-greeting = Estimado cliente, { $name }:
mail-questions = ¿Tiene preguntas? Responda a este correo.
mail-can-reply = Puede responder a este correo.
mail-leave-aside = Si no lo ha pedido, puede ignorar este correo.
mail-total = Total
mail-paid = Pagado hasta ahora
mail-amount-due = Importe pendiente
mail-due-on = Vencimiento
mail-due-on-day = Vence el { $day }
mail-payment = Pago
mail-method = Forma de pago
mail-still-due = Queda pendiente
mail-reason = Motivo
mail-view-invoice = Ver factura
mail-try-again = Intentar de nuevo
mail-link-until = El enlace funciona hasta el

## Payment request

mail-request-subject = { $business } le solicita un pago: { $document }
mail-request-preview = { $document }: quedan por pagar { $amount }.
mail-request-text = { $document }: hay un importe pendiente. Puede ver a qué corresponde y pagarlo en línea; no necesita una cuenta.

## Invoice

mail-invoice-subject = { $invoice } de { $business }
mail-invoice-again-subject = Recordatorio: { $invoice } de { $business }
mail-invoice-preview = { $invoice }: quedan por pagar { $amount }.
mail-invoice-text = Le enviamos el siguiente documento: { $invoice }. Puede verlo, descargarlo y pagarlo en línea; no necesita una cuenta.
mail-invoice-again-text = Le recordamos el siguiente documento: { $invoice }.
mail-invoice-late-text = { $invoice }: ha pasado la fecha de vencimiento. Si su pago ya está en camino, se lo agradecemos.
mail-invoice-settled-text = Le enviamos el siguiente documento: { $invoice }. No queda nada por pagar.

## Receipt

mail-receipt-subject = Recibo { $number } de { $business }
mail-receipt-preview = Gracias. Hemos recibido { $amount }.
mail-receipt-label = Recibo
mail-receipt-paid-on = Pagado el { $day }
mail-receipt-text = Gracias, hemos recibido su pago. Este es su recibo.
mail-receipt-button = Ver recibo

## Refund

mail-refund-subject = { $business } le ha reembolsado { $amount }
mail-refund-preview = Se han reembolsado { $amount }.
mail-refund-label = Reembolso
mail-refund-to = a { $means }
mail-refund-text = Le hemos reembolsado { $amount } a { $means }.
mail-refund-outside = a usted, fuera de su tarjeta
mail-refund-outside-text = Le hemos reembolsado { $amount } fuera de su tarjeta.
mail-refund-owed = Su saldo pendiente con nosotros es ahora de { $amount }.
mail-refund-number = Reembolso
mail-refund-payment = Del pago
mail-refund-closing = Un reembolso en tarjeta puede tardar unos días en aparecer en su extracto. ¿Tiene preguntas? Responda a este correo.

## Credit note

mail-credit-subject = Nota de crédito { $number } de { $business }
mail-credit-preview = { $invoice }: se han abonado { $amount }.
mail-credit-label = Nota de crédito
mail-credit-on = Abonado: { $invoice }
mail-credit-text = { $invoice }: hemos descontado { $amount }.
mail-credit-before = Pendiente antes
mail-credit-now = Pendiente ahora
mail-credit-kept = Queda como saldo a su favor

## Statement

mail-statement-subject = Su estado de cuenta con { $business }
mail-statement-preview = Su estado de cuenta con { $business }, del { $from } al { $to }.
mail-statement-label = Estado de cuenta, del { $from } al { $to }
mail-statement-text = Le enviamos su estado de cuenta. Puede ver cada cargo y cada pago, descargarlo en PDF y pagar lo pendiente; no necesita una cuenta.
mail-statement-button = Ver estado de cuenta
mail-statement-opening = Saldo inicial
mail-statement-charged = Cargos
mail-statement-credited = Pagos y abonos
mail-statement-owed = Importe adeudado al final
mail-statement-settled = Nada pendiente al final
mail-statement-credit = Saldo a favor al final

## A payment failed

mail-failed-subject = No se ha podido realizar su pago a { $business }
mail-failed-preview = No se ha podido realizar su pago de { $amount }.
mail-failed-label = Pago: { $document }
mail-failed-under = No pagado
mail-failed-text = Su pago no se ha realizado. { $reason } No se ha cobrado nada.
mail-failed-again = Puede intentarlo de nuevo con la misma forma de pago o con otra.

## The bank asks to confirm

mail-confirm-subject = Confirme { $amount } para { $business }
mail-confirm-preview = Su banco le pide que confirme { $amount }.
mail-confirm-label = Se requiere su confirmación
mail-confirm-by = con { $means }
mail-confirm-text = Queríamos cobrar { $amount } con su forma de pago guardada ({ $means }). Su banco le pide que lo confirme antes. Todavía no se ha cobrado nada.
mail-confirm-button = Confirmar el pago
mail-confirm-closing = La página puede usarse durante un día. ¿Tiene preguntas? Responda a este correo.

## Links

mail-link-subject = Su saldo con { $business }
mail-link-preview = Su saldo con { $business }.
mail-link-label = Su saldo
mail-link-under = Pendiente en este momento
mail-link-text = En esta página puede ver su saldo actual y los cargos recientes, y pagar. Siempre muestra el estado en el momento en que la abre.
mail-link-button = Ver saldo
mail-fresh-subject = Su nuevo enlace de { $business }
mail-fresh-preview = Aquí tiene su nuevo enlace de { $business }.
mail-fresh-headline = Su nuevo enlace
mail-fresh-under = El anterior había caducado
mail-fresh-text = Ha pedido un enlace nuevo. El que tenía ya no funciona.
mail-fresh-button = Abrir

## The way into the portal

mail-entry-subject = Acceda a su cuenta con { $business }
mail-entry-preview = Acceda para ver su cuenta con { $business }.
mail-entry-label = Su cuenta
mail-entry-headline = Acceder
mail-entry-under = { $minutes ->
    [one] Funciona una vez, durante { $minutes } minuto
   *[other] Funciona una vez, durante { $minutes } minutos
}
mail-entry-text = Pulse el botón para ver su saldo, sus facturas, pedidos y recibos, y para pagar.
mail-entry-button = Acceder
mail-entry-closing = Si no lo ha pedido, puede ignorar este correo: nadie entra sin él.

## Tests and samples

mail-test-subject = Prueba: { $subject }
sample-message = Sus mesas están terminadas y esperan el transporte.
sample-description = Reparación de un cajón
sample-refund-reason = Una mesita llegó con una pata rota y fue devuelta
sample-credit-reason = Llegó dañado
sample-news-subject = Nos mudamos
sample-news = Nos mudamos el { $day }. El nuevo taller está en 50 Alder Street.
sample-news-end = Sus muebles se mudan con nosotros.
