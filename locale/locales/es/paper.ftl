### Papers in Spanish: what PDFs print.

## Titles

paper-order = Pedido
paper-application = Solicitud
paper-invoice = Factura
paper-credit_note = Nota de crédito
paper-receipt = Recibo
paper-refund = Reembolso
paper-statement = Estado de cuenta
paper-draft = Borrador

## Who and which

paper-page = Página
paper-billed_to = Facturar a
paper-customer = Cliente
paper-applicant = Solicitante
paper-received_from = Recibido de
paper-from = De
paper-order_no = N.º de pedido
paper-application_no = N.º de solicitud
paper-invoice_no = N.º de factura
paper-credit_note_no = N.º de nota de crédito
paper-payment_no = N.º de pago
paper-customer_no = N.º de cliente
paper-date = Fecha
paper-ordered = Pedido el
paper-submitted = Presentada el
paper-issued = Emitida el
paper-due = Vencimiento
paper-terms = Condiciones
paper-your_reference = Su ref.
paper-reference = Referencia
paper-reason = Motivo
paper-amounts_in = Importes en { $currency }

## Lines and sums

paper-description = Descripción
paper-quantity = Cant.
paper-unit_price = Precio unitario
paper-tax = IVA
paper-amount = Importe
paper-subtotal = Subtotal
paper-tax_on = IVA { $rate } sobre { $base }
paper-tax_within = Incluye IVA { $rate } sobre { $base }
paper-total = Total
paper-carried_over = Suma y sigue
paper-late_fees = Recargos por demora
paper-credited = Abonado
paper-written_off = Cancelado como incobrable
paper-paid = Pagado
paper-already_paid = Ya pagado
paper-applied_balance = Saldo aplicado
paper-amount_due = Importe pendiente
paper-due_at_issue = Pendiente al emitir
paper-due_on = Vence el { $day }
paper-nothing_to_pay = Nada que pagar
paper-not_a_demand = No es una solicitud de pago

## Amendments

paper-added = Añadido el { $day }
paper-removed = Retirado el { $day }
paper-items_added = artículos añadidos
paper-shipping = envío
paper-extra_service = servicio adicional
paper-correction = corrección

## Payments

paper-payments = Pagos
paper-method = Forma de pago
paper-of_payment = de { $amount }
paper-card = Tarjeta
paper-ending = { $name } •••• { $last4 }
paper-card_terminal = Terminal de tarjeta
paper-cash = Efectivo
paper-check = Cheque
paper-check_number = Cheque n.º { $number }
paper-bank_transfer = Transferencia bancaria
paper-bank_debit = Adeudo bancario
paper-other_means = Otro

## Marks

paper-mark_unpaid = Sin pagar
paper-mark_part_paid = Pagado en parte
paper-mark_paid = Pagado
paper-mark_overdue = Vencido
paper-mark_pending = Pago en curso
paper-mark_void = Anulado
paper-mark_uncollectible = Incobrable
paper-mark_canceled = Cancelado

## How to pay

paper-pay_online = Pagar en línea
paper-pay_scan = Escanee el código o abra el enlace. Siempre muestra lo que está pendiente en ese momento.
paper-pay_by_transfer = Pagar por transferencia
paper-quote_number = Indique el número de este documento.
paper-qr_alt = Código QR que abre { $address }

## The sheet behind an invoice

paper-as_at = A fecha de { $moment }
paper-as_at_lead = La factura { $number } se emitió el { $day } y no se ha modificado. Esta hoja indica lo ocurrido desde entonces y lo que está pendiente ahora.
paper-since_issue = Desde su emisión
paper-change = Movimiento
paper-number = Número
paper-change_payment = Pago
paper-change_credit_note = Nota de crédito
paper-change_late_fee = Recargo por demora
paper-change_write_off = Cancelación
paper-change_refund = Reembolso
paper-change_return = Pago devuelto
paper-change_reversal = Reversión
paper-change_void = Anulación

## Credit note

paper-credits_invoice = Abona la factura { $number }
paper-credited_total = Importe abonado
paper-due_before = Pendiente en la factura antes
paper-due_after = Pendiente en la factura después
paper-freed = Dinero liberado
paper-goes_to = Destino
paper-to_balance = Su saldo a favor
paper-to_means = Devuelto a { $means }
paper-to_outside = Pago directo

## Receipt

paper-amount_received = Importe recibido
paper-received = Recibido
paper-received_at = Recibido { $moment }
paper-counts_for = Fecha valor
paper-what_for = Concepto
paper-document = Documento
paper-applied = Aplicado
paper-still_due = Queda pendiente
paper-tendered = Efectivo entregado
paper-change_given = Cambio
paper-refunded = Reembolsado desde entonces
paper-credit_left = Queda a su favor
paper-still_owed = Saldo que aún debe
paper-mark_refunded = Reembolsado

## Refund

paper-refund_no = N.º de reembolso
paper-amount_refunded = Importe reembolsado
paper-refunded_to = Reembolsado a
paper-refunded_at = Reembolsado el { $moment }
paper-payment_was = Pago { $number }
paper-refunded_before = Reembolsado antes
paper-left_of_payment = Resto del pago
paper-owed_again = Pendiente de nuevo

## Statement and letter

paper-period = { $from } a { $to }
paper-opening = Saldo inicial
paper-closing = Saldo final
paper-charges = Cargos
paper-credits = Abonos
paper-balance = Saldo
paper-activity = Movimientos
paper-amount_owed = Importe adeudado
paper-credit_balance = Saldo a favor
paper-sign_note = Un saldo negativo se debe a { $business }; uno positivo está a su favor.
paper-opening_differs = El último estado cerró con { $amount }. Desde entonces se registraron estos movimientos de fechas anteriores.
paper-entered_since = Registrado desde el último estado
paper-ageing = Importes pendientes por antigüedad
paper-not_yet_due = No vencido
paper-days = { $range } días
paper-over_days = Más de { $days } días
paper-free_credit = Saldo sin aplicar
paper-open_items = Lo que está pendiente
paper-open = Pendiente
paper-days_late = { $days ->
    [one] { $days } día de retraso
   *[other] { $days } días de retraso
}

## What is written on a paper besides its own words.

written-leftover = Descuentos sobre líneas retiradas
written-reference = Referencia
letter-subject = Su cuenta con { $business }
letter-greeting = Estimado cliente, estimada clienta ({ $name }):
letter-open = a continuación figura lo que está pendiente hoy en su cuenta.
letter-nothing = Por el momento no hay nada pendiente. Muchas gracias.
letter-by-code = Puede pagar con tarjeta desde su teléfono: escanee el código que figura abajo. No necesita cuenta. La página muestra siempre lo que está pendiente en ese momento.
letter-ask = Pregúntenos cómo puede pagarlo.
letter-regards = Atentamente

# A made-up paper, to try a template on
sample-table = Mesa de roble
sample-table-detail = aceitada, 90 × 200
sample-shipping = Envío
sample-shipping-where = a la isla
sample-shipping-part = Envío, en parte
sample-shipping-reason = El envío se cobró de más
sample-order = Dos mesas para la tienda
sample-order-message = El envío ha costado más de lo previsto.
sample-order-note = Gracias por su pedido.
sample-terms = 14 días
