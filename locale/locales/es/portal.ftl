### Páginas para quienes pagan.

## All pages

skip = Ir al contenido
language = Idioma
ask = Contactar con { $business }
print = Imprimir
download = Descargar PDF
back = Volver
open = Abrir
add = Añadir
remove = Quitar
show = Mostrar
copy = Copiar
copied = Copiado
try-again = Intentar de nuevo
reference = Referencia

## Names of columns and figures

date = Fecha
number = Número
status = Estado
total = Total
amount = Importe
amount-due = Importe pendiente
still-due = Queda pendiente
due = Vencimiento
due-on = vence el { $day }
fees = Recargos
paid = Pagado
credited = Abonado
waived = Condonado
receipt = Recibo
entry = Movimiento
charge = Cargo
balance = Saldo
open-amount = Pendiente
period = Periodo
from = Desde
to = Hasta
from-to = { $from } a { $to }
payments = Pagos
method = Forma de pago
email = Correo electrónico

## What is owed

title-owed = { $amount } pendientes
title-settled = Todo al día
title-credit = Saldo a favor de { $amount }
owes = Pendiente de { $customer }
settled = { $customer }: todo está al día
in-credit = { $customer }: saldo a su favor
past-due = { $amount } con la fecha de vencimiento superada
nothing-due = No hay nada pendiente.
due-now-for = Pendiente ahora, para { $customer }
nothing-due-for = Nada pendiente, para { $customer }
nothing-due-any-more-for = Ya no hay nada pendiente, para { $customer }
being-paid-for = Pago en curso, para { $customer }
what-is-owed = Lo pendiente
what-you-can-do = Lo que puede hacer
what-this-covers = Qué incluye
changed = Modificado el { $day }: { $reason }
includes-tax = incluye { $rate } de IVA
paid-with = Pagado con { $means }
all-paid = Todo está pagado.
works-through = Este enlace funciona hasta el { $day }.
amount-to-pay = { $amount } por pagar
recent = Cargos y pagos recientes
nothing-charged = Todavía no se ha cargado nada.

## How it adds up

how-it-adds-up = Cómo se calcula
adds-up = Cómo se calcula
adds-up-of = Cómo se calcula: { $about }
what-to-pay = Lo que hay que pagar
taken-back = revertido
applied-to = aplicado a { $charge }

## Paying

pay-online = Pagar en línea
not-through = No se ha podido realizar.
how-much = ¿Cuánto desea pagar?
pay-amount = Pagar { $amount }
keep-card = Guardar esta tarjeta para la próxima vez
keep-card-text = { $business } podrá cargar en ella lo que usted deba. Puede pedir que se elimine en cualquier momento.
continue-to-payment = Continuar al pago
secure-page = Pagará en la página segura de { $processor }. Nunca vemos su tarjeta.
onward-continue = Continuar
onward-pay = Pagar { $amount } a { $business }
onward-pay-text = La tarjeta se introduce en la página del propio servicio de pago. { $business } nunca ve su número.
onward-save = Guardar una tarjeta para { $business }
onward-save-text = La tarjeta se introduce en la página del propio servicio de pago. Ahora no se cobra nada y { $business } nunca ve su número.
at-least = Como mínimo { $amount }.
up-to = Como máximo { $amount }.
all-that-is-due = { $amount }, todo lo pendiente
all-set = Todo al día
all-set-text = No hay nada pendiente. Gracias.
all-set-paid-on = No hay nada pendiente. Pagado el { $day }. Gracias.
view-receipt = Ver recibo
you-have-credit = Tiene un saldo a favor de { $amount }
credit-text = Se usará para lo próximo. No tiene nada que pagar.
checking-your-payment = Comprobando su pago
unknown-text = Todavía no sabemos del proveedor de pagos qué ha sido de { $amount } del { $moment }. Se lo estamos preguntando. No pague de nuevo; esta página se actualiza sola.
payment-under-way = Pago en curso
being-processed = { $amount } del { $moment } se está procesando.
debits-take-days = Los adeudos bancarios tardan de dos a tres días hábiles.
nothing-to-do = No tiene que hacer nada.
not-here = Aquí no se puede pagar en línea
shows-balance = Esta página muestra el saldo; no se puede pagar aquí.
not-payable = Por el momento no se puede pagar en línea a { $business }. Pregunte cómo pagar.
one-moment = Un momento
page-not-opened = La página de pago no se ha podido abrir ahora. No se ha cobrado nada. Inténtelo de nuevo en unos segundos.
secure-fields = Paga en los campos propios de { $processor }. Nunca vemos su tarjeta.
fields-label = Forma de pago, en los campos propios de { $processor }
fields-loading = Abriendo los campos de { $processor } …
fields-no-script = Los campos de { $processor } necesitan JavaScript. Sin él puede pagar en la página de { $processor }.
fields-unavailable = No se pudieron abrir los campos de { $processor }. Puede pagar en la página de { $processor }.
fields-failed = No se ha podido pagar y no se ha cobrado nada. Revise lo que ha escrito o pruebe otra forma de pago.
fields-way = ¿Cómo quiere pagar?
fields-card = Tarjeta
fields-bank = Cuenta bancaria
fields-holder = Nombre del titular de la cuenta
fields-bank-text = Al pulsar el botón confirma la cuenta en su banco y permite que { $business } cobre de ella { $amount } una sola vez, a través de { $processor }. Nunca vemos sus claves ni su número de cuenta.
fields-holder-needed = Escriba el nombre del titular de la cuenta.
fields-bank-unconfirmed = No se ha confirmado la cuenta bancaria y no se ha cobrado nada. Inténtelo de nuevo o pague con tarjeta.
pay-elsewhere = Prefiero pagar en la página de { $processor }

## What became of a payment

your-payment = Su pago
payment-received = Pago recibido
thank-you-received = Gracias. { $business } recibió su pago el { $moment }.
taken-on = El proveedor de pagos lo está tramitando.
checking = Consultando al proveedor de pagos
checking-text = Todavía no sabemos si este pago se ha realizado y lo estamos preguntando. No pague de nuevo. Esta página se actualiza sola y le enviaremos el recibo por correo.
payment-declined = Pago rechazado
no-money-taken = No se ha cobrado nada.
payment-not-made = Pago no realizado
turned-back = Ha vuelto antes de pagar. No se ha cobrado nada.
returned = El banco ha devuelto este pago.

## Saved methods

card-saved = Su tarjeta está guardada
card-saved-text = Se podrá cobrar con ella lo que deba. Puede cerrar esta página.
no-card = No se ha guardado ninguna tarjeta
no-card-text = La página se cerró antes de indicar una tarjeta.
no-card-yet = Todavía no se ha guardado ninguna tarjeta
no-card-yet-text = Vuelva para terminar o pida una página nueva.
saved-methods = Tarjetas y cuentas guardadas
none-saved = No hay ninguna guardada.
good-through = válida hasta { $month }
is-default = se usa si no se indica otra
expired = caducada
make-default = Usar por defecto
remove-confirm = ¿Quitar esta forma de pago? No se cobrará más con ella.

## The account

to-pay = Por pagar
late = con retraso
on-its-way = hay un pago en curso
on-its-way-title = Hay un pago en curso para esto
pay-ticked = Pagar lo marcado
pay-all = Pagar todo, { $amount }
hand-over = Entregar al cliente
which-currency = Moneda
invoices = Facturas
invoices-newest = Facturas, las más recientes primero
orders = Pedidos y solicitudes
none-yet = Todavía ninguno.
payments-receipts = Pagos y recibos
statements = Estados de cuenta
any-period = Otro periodo
none-sent = Todavía no se ha enviado ninguno. Puede crear uno para cualquier periodo.
statements-sent = Estados de cuenta enviados

## Statements

statement = Estado de cuenta
statement-of-account = Estado de cuenta
statement-from-to = Estado de cuenta, del { $from } al { $to }
standing-owed = Importe adeudado
standing-settled = Nada pendiente
standing-credit = Saldo a favor
standing-on = { $standing } el { $day }
said-before = El estado anterior terminaba con { $amount }. Lo registrado desde entonces para sus fechas:
charges-below-zero = Los cargos son negativos y los abonos positivos.
balance-start = Saldo inicial
balance-end = Saldo final
open-at-end = Pendiente al final
was-open-at-end = Lo que quedaba pendiente al final
free-credit = Saldo a favor sin aplicar:
age-not-due = No vencido
age-days = { $range } días
age-over = Más de { $days }
spoken-nothing = No se debe nada
spoken-by-age = Pendiente por antigüedad: { $parts }
spoken-not-due = { $percent } por ciento aún no vencido
spoken-days = { $percent } por ciento de { $from } a { $to } días
spoken-over = { $percent } por ciento más de { $days } días
wrong-days = El último día es anterior al primero.
wrong-day = Escriba una fecha como { $example }.
too-long-statement = Estas fechas contienen demasiados movimientos para un solo estado. Elija menos días.

## The doors

your-account = Su cuenta
your-accounts = Sus cuentas
account-with = Su cuenta con { $business }
other-accounts = Otras cuentas
sign-in = Acceder
sign-out = Salir
sign-in-to-account = Acceda a su cuenta
sign-in-lead = Vea lo pendiente, sus facturas, pedidos y recibos, y pague.
type-address = Escriba la dirección de correo en la que recibe sus facturas. Le enviaremos un enlace para acceder; no hay contraseña.
mail-me-a-link = Enviarme un enlace
wrong-address = Escriba una sola dirección, como ada@example.com.
entry-used = Este enlace ya se ha usado o es demasiado antiguo. Pida uno nuevo.
look-into-mail = Revise su correo
link-on-its-way = Si { $email } es la dirección de un cliente, le llegará un enlace para acceder. Funciona una vez, durante media hora.
nothing-came = ¿No ha llegado nada? Mire en el correo no deseado.
try-another-address = Probar otra dirección
acting-label = Actúa en nombre de un cliente
acting-for = Actúa en nombre de { $customer }.
acting-recorded = Todo lo que haga aquí queda registrado con su nombre, { $person }.
stop = Terminar

## Links that do not work

link-lost = Este enlace no funciona
link-lost-text = Puede que se haya copiado incompleto, que lo sustituya uno más reciente o que la página llevara abierta más de medio día. Abra el enlace del último mensaje que recibió o pregunte a quien se lo envió.
link-expired = Este enlace ha caducado
links-stop = Los enlaces caducan al cabo de un tiempo para proteger su cuenta. Podemos enviarle uno nuevo a la dirección registrada.
mail-fresh-link = Enviarme un enlace nuevo
fresh-on-its-way = Si tenemos una dirección registrada, le llegará un enlace nuevo. Puede tardar unos minutos.

## Handing over

hand-over-title = Entregar
ready-to-hand-over = Listo para entregar
pays-on-own-device = { $customer } paga { $amount } en su propio dispositivo. No necesita una cuenta.
link-address = Dirección del enlace de pago
qr-code = Código QR del enlace de pago
asks-for = Solicita
works-through-label = Funciona hasta
email-it = Enviar por correo
no-email = Sin correo
text-it = Enviar por SMS
back-to-account = Volver a la cuenta
sms-text = { $business }: { $amount } por pagar: { $address }

## When something is wrong with a request

problem-title-400 = Solicitud no válida
problem-title-403 = No permitido
problem-title-404 = No encontrado
problem-title-409 = No es posible ahora
problem-title-410 = Ya no está aquí
problem-title-422 = Valores no válidos
problem-title-429 = Demasiados intentos
problem-title-503 = Ocupado
problem-title-500 = Fallo por nuestra parte
problem-title-other = Rechazado
problem-text-403 = No puede hacer esto aquí.
problem-text-404 = Aquí no hay nada, o no es para usted.
problem-text-429 = Demasiados intentos. Espere un poco e inténtelo de nuevo.
problem-text-503 = El servidor está ocupado y no ha hecho nada. Inténtelo de nuevo en un momento.
problem-text-500 = Algo ha fallado por nuestra parte. La referencia de abajo lo identifica en nuestro registro.
problem-text-other = Esta solicitud no se puede aceptar tal cual. Vuelva atrás e inténtelo de nuevo.

## States of documents, payments and entries

state-paid = Pagado
state-unpaid = Sin pagar
state-part-paid = Pagado en parte
state-overdue = Vencido
state-open = Pendiente
state-pending = En curso
state-unknown = Por confirmar
state-authorized = Autorizado
state-succeeded = Realizado
state-failed = Fallido
state-returned = Devuelto
state-refunded = Reembolsado
state-part-refunded = Reembolsado en parte
state-disputed = En disputa
state-canceled = Cancelado
state-void = Anulado
state-draft = Borrador
state-created = Creado
state-uncollectible = Incobrable
state-credit = A favor
state-applied = Aplicado
state-part-applied = Aplicado en parte
state-unapplied = Sin aplicar
state-reversed = Revertido
state-written-off = Condonado
state-item = Artículo
state-shipping = Envío
state-discount = Descuento
state-fee = Recargo
state-service = Servicio
state-tax = Impuesto
days-late = { $days ->
    [one] { $days } día de retraso
   *[other] { $days } días de retraso
}
