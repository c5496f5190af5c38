//! The samples as a reader of each language has them: what people wrote on them in four languages, and the head that goes with it.
//!
//! Invariant: a text that a person would have written and that has no row here stops the test, so that no sample is in two
//! languages at once. Names, numbers and addresses stay.

use super::*;

/// What people wrote, in the order of [`LANGUAGES`].
const WRITTEN: [[&str; 4]; 39] = [
    [
        "Two side tables in walnut, made to measure",
        "Dos mesitas de nogal, hechas a medida",
        "Deux tables d’appoint en noyer, sur mesure",
        "Zwei Beistelltische aus Nussbaum, nach Maß",
    ],
    ["Two side tables in walnut", "Dos mesitas de nogal", "Deux tables d’appoint en noyer", "Zwei Beistelltische aus Nussbaum"],
    ["Walnut side table", "Mesita de nogal", "Table d’appoint en noyer", "Beistelltisch aus Nussbaum"],
    ["Oiled, 45 × 45 × 52 cm", "Aceitada, 45 × 45 × 52 cm", "Huilée, 45 × 45 × 52 cm", "Geölt, 45 × 45 × 52 cm"],
    ["Delivery, ground floor", "Entrega, planta baja", "Livraison, rez-de-chaussée", "Lieferung, Erdgeschoss"],
    [
        "Delivery, ground floor, removed",
        "Entrega, planta baja, retirada",
        "Livraison, rez-de-chaussée, retirée",
        "Lieferung, Erdgeschoss, entfernt",
    ],
    [
        "the address has no ground floor entrance",
        "la dirección no tiene entrada a pie de calle",
        "l’adresse n’a pas d’entrée de plain-pied",
        "die Adresse hat keinen ebenerdigen Eingang",
    ],
    ["Hand-turned legs", "Patas torneadas a mano", "Pieds tournés à la main", "Handgedrechselte Beine"],
    ["Set of four", "Juego de cuatro", "Jeu de quatre", "Satz von vier"],
    ["Delivery, third floor", "Entrega, tercera planta", "Livraison, troisième étage", "Lieferung, dritter Stock"],
    ["Gift wrap and card", "Envoltorio de regalo y tarjeta", "Papier cadeau et carte", "Geschenkpapier und Karte"],
    [
        "Your tables are finished and wait for the van.\nOnce the rest is paid we agree on a day for delivery.",
        "Sus mesas están terminadas y esperan el transporte.\nCuando se pague el resto, acordamos el día de la entrega.",
        "Vos tables sont terminées et attendent la camionnette.\nUne fois le solde réglé, nous fixons le jour de la livraison.",
        "Ihre Tische sind fertig und warten auf den Wagen.\nSobald der Rest bezahlt ist, vereinbaren wir den Tag der Lieferung.",
    ],
    [
        "Made to order: a return is possible only where a piece is faulty.",
        "Hecho por encargo: solo se admite la devolución de piezas defectuosas.",
        "Fabriqué sur commande : seule une pièce défectueuse est reprise.",
        "Nach Maß gefertigt: Zurückgenommen wird nur ein fehlerhaftes Stück.",
    ],
    ["Repair of a drawer", "Reparación de un cajón", "Réparation d’un tiroir", "Reparatur einer Schublade"],
    [
        "Thank you! The van comes on Thursday between 9 and 12.",
        "¡Gracias! El transporte llega el jueves entre las 9 y las 12.",
        "Merci ! La camionnette passe jeudi entre 9 h et 12 h.",
        "Vielen Dank! Der Wagen kommt am Donnerstag zwischen 9 und 12 Uhr.",
    ],
    ["One leg arrived split", "Una pata llegó rota", "Un pied est arrivé fendu", "Ein Bein kam gespalten an"],
    ["Damaged on arrival", "Llegó dañado", "Endommagé à l’arrivée", "Beschädigt angekommen"],
    [
        "One side table arrived with a split leg and went back",
        "Una mesita llegó con una pata rota y fue devuelta",
        "Une table d’appoint est arrivée avec un pied fendu et a été renvoyée",
        "Ein Beistelltisch kam mit gespaltenem Bein an und ging zurück",
    ],
    ["Bookcase, second half", "Librería, segunda mitad", "Bibliothèque, seconde moitié", "Bücherregal, zweite Hälfte"],
    ["Payment, bank transfer", "Pago, transferencia", "Paiement, virement", "Zahlung, Überweisung"],
    [
        "Payment, Visa ending 4242",
        "Pago, Visa terminada en 4242",
        "Paiement, Visa se terminant par 4242",
        "Zahlung, Visa, endet auf 4242",
    ],
    ["Payment, cash", "Pago, efectivo", "Paiement, espèces", "Zahlung, bar"],
    [
        "Late pick-up fee, December",
        "Recargo por recogida tardía, diciembre",
        "Frais de retrait tardif, décembre",
        "Gebühr für späte Abholung, Dezember",
    ],
    ["Your balance of $507.90", "Su saldo de 507,90 $", "Votre solde de 507,90 $", "Ihr offener Betrag von 507,90 $"],
    [
        "Dear Maple & Mortar Studio,",
        "Estimado equipo de Maple & Mortar Studio:",
        "Bonjour Maple & Mortar Studio,",
        "Guten Tag, Maple & Mortar Studio,",
    ],
    [
        "These three are still open on your account. Your credit of $50.00 is already taken off.",
        "Estas tres partidas siguen pendientes en su cuenta. Su saldo a favor de 50,00 $ ya está descontado.",
        "Ces trois postes restent ouverts sur votre compte. Votre avoir de 50,00 $ est déjà déduit.",
        "diese drei Posten sind auf Ihrem Konto noch offen. Ihr Guthaben von 50,00 $ ist schon abgezogen.",
    ],
    [
        "You can pay with your phone by scanning the code below, or send a check with the numbers above on it. If you have paid in the meantime, thank you, and please ignore this letter.",
        "Puede pagar con el teléfono escaneando el código de abajo, o enviar un cheque con los números de arriba. Si ya ha pagado, se lo agradecemos: no tenga en cuenta esta carta.",
        "Vous pouvez payer par téléphone en scannant le code ci-dessous, ou envoyer un chèque portant les numéros ci-dessus. Si vous avez payé entre-temps, merci : ne tenez pas compte de cette lettre.",
        "Sie können mit dem Telefon bezahlen, indem Sie den Code unten scannen, oder den Betrag mit den Nummern oben überweisen. Falls Sie inzwischen bezahlt haben: vielen Dank, dann ist dieser Brief hinfällig.",
    ],
    [
        "With kind regards,\nFern & Fable Furniture",
        "Atentamente,\nFern & Fable Furniture",
        "Cordialement,\nFern & Fable Furniture",
        "Mit freundlichen Grüßen\nFern & Fable Furniture",
    ],
    [
        "Calibration on site, class 0.1",
        "Calibración in situ, clase 0,1",
        "Étalonnage sur site, classe 0,1",
        "Kalibrierung vor Ort, Klasse 0,1",
    ],
    [
        "14–16 Oct 2026, two technicians",
        "14–16 oct. 2026, dos técnicas",
        "14–16 oct. 2026, deux techniciennes",
        "14.–16. Okt. 2026, zwei Technikerinnen",
    ],
    ["Temperature probe NW-220", "Sonda de temperatura NW-220", "Sonde de température NW-220", "Temperaturfühler NW-220"],
    [
        "With certificate, no. 22-10441 to 22-10452",
        "Con certificado, n.º 22-10441 a 22-10452",
        "Avec certificat, nos 22-10441 à 22-10452",
        "Mit Zertifikat, Nr. 22-10441 bis 22-10452",
    ],
    ["Printed manual", "Manual impreso", "Manuel imprimé", "Gedrucktes Handbuch"],
    ["Loyalty discount", "Descuento por fidelidad", "Remise de fidélité", "Treuerabatt"],
    ["5% on probes", "5 % en sondas", "5 % sur les sondes", "5 % auf Fühler"],
    [
        "Calibration and probes, October 2026",
        "Calibración y sondas, octubre de 2026",
        "Étalonnage et sondes, octobre 2026",
        "Kalibrierung und Fühler, Oktober 2026",
    ],
    ["30 days net", "30 días netos", "30 jours nets", "30 Tage netto"],
    [
        "Interest is charged on late payment by § 288 BGB.",
        "El retraso en el pago devenga intereses según el § 288 BGB.",
        "Tout retard de paiement porte intérêt selon le § 288 BGB.",
        "Bei verspäteter Zahlung fallen Verzugszinsen nach § 288 BGB an.",
    ],
    ["One probe arrived damaged", "Una sonda llegó dañada", "Une sonde est arrivée endommagée", "Ein Fühler kam beschädigt an"],
];

/// What is said in passing: where it stands alone it is changed, elsewhere it stays.
const PLACES: [[&str; 4]; 8] = [
    ["United States", "Estados Unidos", "États-Unis", "Vereinigte Staaten"],
    ["Germany", "Alemania", "Allemagne", "Deutschland"],
    ["France", "Francia", "France", "Frankreich"],
    ["Reference", "Concepto", "Référence", "Verwendungszweck"],
    ["Visa ending 4242", "Visa terminada en 4242", "Visa se terminant par 4242", "Visa, endet auf 4242"],
    ["Direct debit", "Adeudo directo", "Prélèvement", "Lastschrift"],
    ["Small difference", "Pequeña diferencia", "Petite différence", "Kleindifferenz"],
    ["Annual fee", "Tasa anual", "Redevance annuelle", "Jahresgebühr"],
];

pub const LANGUAGES: [&str; 4] = ["en", "es", "fr", "de"];

/// The text in this language, if it is known in any.
fn said(rows: &[[&'static str; 4]], text: &str, language: &str) -> Option<&'static str> {
    let column = LANGUAGES.iter().position(|one| *one == language).expect("a language of the samples");
    rows.iter().find(|row| row.contains(&text)).map(|row| row[column])
}

/// Says a text in this language. Panics where nobody has translated it.
fn say(language: &str, text: &mut String) {
    if text.is_empty() {
        return;
    }
    let told = said(&WRITTEN, text, language).or_else(|| said(&PLACES, text, language));
    *text = told.unwrap_or_else(|| panic!("the samples do not say {text:?} in {language}")).to_owned();
}

/// Says what is known, and leaves the rest: lines of an address, labels.
fn perhaps(language: &str, text: &mut String) {
    if let Some(told) = said(&PLACES, text, language) {
        *text = told.to_owned();
    }
}

fn head(language: &str, head: &mut Letterhead, customer: &mut Party) {
    head.locale = language.to_owned();
    head.business.address.iter_mut().chain(&mut customer.address).for_each(|line| perhaps(language, line));
}

fn lines(language: &str, body: &mut Body) {
    for line in &mut body.lines {
        say(language, &mut line.description);
        say(language, &mut line.detail);
        line.amended.iter_mut().for_each(|amended| say(language, &mut amended.note));
    }
}

fn labels(language: &str, pay: &mut Option<PayPanel>) {
    pay.iter_mut().flat_map(|pay| &mut pay.bank).for_each(|fact| perhaps(language, &mut fact.label));
}

fn items(language: &str, items: &mut [OpenItem]) {
    items.iter_mut().for_each(|item| say(language, &mut item.description));
}

/// The same paper for a reader of this language, in which everything on it was written.
pub fn spoken(mut paper: Paper, language: &str) -> Paper {
    let all = |texts: &mut [String]| texts.iter_mut().for_each(|text| say(language, text));
    match &mut paper {
        Paper::Order(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            lines(language, &mut paper.body);
            say(language, &mut paper.description);
            say(language, &mut paper.message);
            all(&mut paper.notes);
        }
        Paper::Invoice(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            lines(language, &mut paper.body);
            say(language, &mut paper.description);
            say(language, &mut paper.terms);
            all(&mut paper.notes);
            labels(language, &mut paper.pay);
            let changes = paper.as_at.iter_mut().flat_map(|as_at| &mut as_at.changes);
            changes.for_each(|change| say(language, &mut change.note));
        }
        Paper::CreditNote(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            lines(language, &mut paper.body);
            say(language, &mut paper.reason);
        }
        Paper::Receipt(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            paper.applied.iter_mut().for_each(|applied| say(language, &mut applied.description));
            say(language, &mut paper.message);
        }
        Paper::Refund(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            say(language, &mut paper.reason);
        }
        Paper::Statement(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            let moved = paper.movements.iter_mut().chain(&mut paper.entered_since);
            moved.for_each(|row| say(language, &mut row.description));
            items(language, &mut paper.open_items);
        }
        Paper::Letter(paper) => {
            head(language, &mut paper.head, &mut paper.customer);
            say(language, &mut paper.subject);
            all(&mut paper.paragraphs);
            items(language, &mut paper.open_items);
        }
    }
    paper
}

/// One paper of each kind, all of it in this language.
pub fn one_of_each(language: &str) -> Vec<Paper> {
    let all = [
        Paper::Order(order()),
        Paper::Invoice(invoice_with_sheet()),
        Paper::CreditNote(credit_note()),
        Paper::Receipt(receipt()),
        Paper::Refund(refund()),
        Paper::Statement(statement()),
        Paper::Letter(letter()),
    ];
    all.into_iter().map(|paper| spoken(paper, language)).collect()
}
