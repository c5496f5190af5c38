### Why a payer cannot do something, by the published code (`books::refusal::Code`) in small letters.

refusal-no-balance = No hay nada pendiente.
refusal-no-processor = Por el momento no se puede pagar en línea a esta empresa. Pregunte cómo pagar.
refusal-processor-incompatible = Por el momento esto no se puede hacer aquí. Pregunte cómo pagar.
refusal-payment-pending = Hay un pago en curso. Espere hasta conocer el resultado.
refusal-link-revoked = Este enlace ya no es válido: pida uno nuevo.
refusal-link-expired = Este enlace ha caducado: solicite uno nuevo por correo.
refusal-view-only = Esta página muestra el saldo; no se puede pagar aquí.
refusal-full-only = Este enlace solo admite el importe completo.
refusal-below-minimum = El importe es inferior al mínimo: auméntelo.
refusal-above-due = El importe supera lo pendiente: redúzcalo.
refusal-invalid-amount = Escriba un importe como el que se muestra.
refusal-nothing-chosen = Elija lo que desea pagar.
refusal-other = Esto no es posible en este momento. Vuelva a cargar la página para ver la situación.

## The same where the amounts are known.

refused-payment-pending = Hay un pago de { $amount } en curso. Espere hasta conocer el resultado.
refused-full-only = Este enlace solo admite el importe completo: { $amount }.
refused-below-minimum = Pague al menos { $amount }.
refused-not-offered = Elija uno de los importes ofrecidos o el total de { $amount }.
refused-above-due = { $asked } supera lo pendiente, { $amount }: reduzca el importe.
