//! The bill in the Universal Business Language 2.1: an `Invoice`, or a `CreditNote`, which is a document of its own there.
//!
//! Invariant: the order of elements is the schema's; a test holds it against the schema itself.

use books::money::Money;

use crate::SPECIFICATION;
use crate::bill::{Address, Bill, BillKind};
use crate::check::Fault;
use crate::totals::{Category, Part, Totals};
use crate::units;
use crate::xml::Xml;

const COMPONENTS: [(&str, &str); 2] = [
    ("xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
    ("xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
];

/// What the two documents call things.
struct Names {
    root: &'static str,
    namespace: &'static str,
    type_code: &'static str,
    line: &'static str,
    quantity: &'static str,
}

const INVOICE: Names = Names {
    root: "Invoice",
    namespace: "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    type_code: "cbc:InvoiceTypeCode",
    line: "cac:InvoiceLine",
    quantity: "cbc:InvoicedQuantity",
};
const CREDIT_NOTE: Names = Names {
    root: "CreditNote",
    namespace: "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    type_code: "cbc:CreditNoteTypeCode",
    line: "cac:CreditNoteLine",
    quantity: "cbc:CreditedQuantity",
};

/// The XML of a bill. Refuses what would not be a valid electronic invoice. The same bill gives the same text.
pub fn ubl(bill: &Bill) -> Result<String, Fault> {
    let totals = bill.totals()?;
    let names = match bill.kind {
        BillKind::Invoice => &INVOICE,
        BillKind::CreditNote => &CREDIT_NOTE,
    };
    let writer = Writer { bill, totals: &totals, names };
    let namespaces = [("xmlns", names.namespace), COMPONENTS[0], COMPONENTS[1]];
    Ok(Xml::document(names.root, &namespaces, |xml| {
        writer.head(xml);
        xml.inside("cac:AccountingSupplierParty", |xml| xml.inside("cac:Party", |xml| writer.seller(xml)));
        xml.inside("cac:AccountingCustomerParty", |xml| xml.inside("cac:Party", |xml| writer.buyer(xml)));
        writer.payment(xml);
        totals.allowances.iter().for_each(|part| writer.allowance(xml, part));
        writer.taxes(xml);
        writer.sums(xml);
        for (at, part) in (1..).zip(&totals.lines) {
            writer.line(xml, at, part);
        }
    }))
}

struct Writer<'a> {
    bill: &'a Bill,
    totals: &'a Totals<'a>,
    names: &'a Names,
}

impl Writer<'_> {
    fn money(&self, xml: &mut Xml, name: &str, minor: i64) {
        let currency = self.bill.currency;
        xml.text_with(name, &[("currencyID", currency.code())], &Money::new(minor, currency).to_decimal());
    }

    /// VAT numbers do not stand on a bill outside the scope of the tax (BR-O-2).
    fn in_scope(&self) -> bool {
        !self.totals.taxes.contains_key(&Category::OutsideScope)
    }

    fn head(&self, xml: &mut Xml) {
        let bill = self.bill;
        xml.text("cbc:CustomizationID", SPECIFICATION);
        xml.text("cbc:ID", &bill.number);
        xml.text("cbc:IssueDate", &bill.issued_on.to_string());
        if let (BillKind::Invoice, Some(day)) = (bill.kind, bill.due_on) {
            xml.text("cbc:DueDate", &day.to_string());
        }
        xml.text(self.names.type_code, bill.kind.code());
        xml.text("cbc:Note", &bill.notes.join("\n"));
        xml.text("cbc:DocumentCurrencyCode", bill.currency.code());
        xml.text("cbc:BuyerReference", &bill.buyer.reference);
        if !bill.order_number.is_empty() {
            xml.inside("cac:OrderReference", |xml| {
                // The buyer's own number, which the schema wants and nobody told us.
                xml.text("cbc:ID", "NA");
                xml.text("cbc:SalesOrderID", &bill.order_number);
            });
        }
        if let Some(earlier) = &bill.preceding {
            xml.inside("cac:BillingReference", |xml| {
                xml.inside("cac:InvoiceDocumentReference", |xml| {
                    xml.text("cbc:ID", &earlier.number);
                    xml.text("cbc:IssueDate", &earlier.issued_on.map(|day| day.to_string()).unwrap_or_default());
                });
            });
        }
    }

    fn seller(&self, xml: &mut Xml) {
        let seller = &self.bill.seller;
        xml.text_with("cbc:EndpointID", &[("schemeID", "EM")], &seller.email);
        let identifier = self.bill.seller_identifier(self.in_scope());
        if !identifier.is_empty() {
            xml.inside("cac:PartyIdentification", |xml| xml.text("cbc:ID", identifier));
        }
        address(xml, &seller.address);
        if self.in_scope() {
            tax_scheme(xml, "VAT", &seller.vat_id);
            tax_scheme(xml, "TAX", &seller.tax_number);
        }
        xml.inside("cac:PartyLegalEntity", |xml| {
            xml.text("cbc:RegistrationName", &seller.name);
            xml.text("cbc:CompanyID", &seller.registration);
        });
        if !seller.phone.is_empty() || !seller.email.is_empty() {
            xml.inside("cac:Contact", |xml| {
                xml.text("cbc:Name", &seller.name);
                xml.text("cbc:Telephone", &seller.phone);
                xml.text("cbc:ElectronicMail", &seller.email);
            });
        }
    }

    fn buyer(&self, xml: &mut Xml) {
        let buyer = &self.bill.buyer;
        xml.text_with("cbc:EndpointID", &[("schemeID", "EM")], &buyer.email);
        address(xml, &buyer.address);
        if self.in_scope() {
            tax_scheme(xml, "VAT", &buyer.vat_id);
        }
        xml.inside("cac:PartyLegalEntity", |xml| xml.text("cbc:RegistrationName", &buyer.name));
    }

    fn payment(&self, xml: &mut Xml) {
        let (bill, seller) = (self.bill, &self.bill.seller);
        if bill.asks_for_transfer() {
            xml.inside("cac:PaymentMeans", |xml| {
                xml.text("cbc:PaymentMeansCode", bill.transfer_code());
                xml.text("cbc:PaymentID", &bill.number);
                xml.inside("cac:PayeeFinancialAccount", |xml| {
                    xml.text("cbc:ID", &seller.iban);
                    if !seller.bic.is_empty() {
                        xml.inside("cac:FinancialInstitutionBranch", |xml| xml.text("cbc:ID", &seller.bic));
                    }
                });
            });
        }
        let words = bill.terms_in_words();
        if !words.is_empty() {
            xml.inside("cac:PaymentTerms", |xml| xml.text("cbc:Note", &words));
        }
    }

    fn allowance(&self, xml: &mut Xml, part: &Part<'_>) {
        xml.inside("cac:AllowanceCharge", |xml| {
            xml.text("cbc:ChargeIndicator", "false");
            xml.text("cbc:AllowanceChargeReason", part.printed().name);
            self.money(xml, "cbc:Amount", -part.net);
            xml.inside("cac:TaxCategory", |xml| category(xml, part.category, ""));
        });
    }

    fn taxes(&self, xml: &mut Xml) {
        let sentence = self.bill.untaxed.as_ref().map_or("", |reason| &reason.sentence);
        xml.inside("cac:TaxTotal", |xml| {
            self.money(xml, "cbc:TaxAmount", self.totals.tax());
            for (of, row) in &self.totals.taxes {
                xml.inside("cac:TaxSubtotal", |xml| {
                    self.money(xml, "cbc:TaxableAmount", row.net);
                    self.money(xml, "cbc:TaxAmount", row.tax);
                    xml.inside("cac:TaxCategory", |xml| category(xml, *of, sentence));
                });
            }
        });
    }

    fn sums(&self, xml: &mut Xml) {
        let (bill, totals) = (self.bill, self.totals);
        xml.inside("cac:LegalMonetaryTotal", |xml| {
            self.money(xml, "cbc:LineExtensionAmount", totals.line_sum());
            self.money(xml, "cbc:TaxExclusiveAmount", totals.net());
            self.money(xml, "cbc:TaxInclusiveAmount", bill.total);
            self.money(xml, "cbc:AllowanceTotalAmount", totals.allowance_sum());
            self.money(xml, "cbc:PrepaidAmount", bill.prepaid);
            self.money(xml, "cbc:PayableAmount", bill.payable());
        });
    }

    fn line(&self, xml: &mut Xml, at: usize, part: &Part<'_>) {
        let printed = part.printed();
        let (unit, word) = units::code(if part.spread { "" } else { &part.line.unit });
        xml.inside(self.names.line, |xml| {
            xml.text("cbc:ID", &at.to_string());
            xml.text_with(self.names.quantity, &[("unitCode", unit)], printed.quantity);
            self.money(xml, "cbc:LineExtensionAmount", part.net);
            xml.inside("cac:Item", |xml| {
                xml.text("cbc:Description", &printed.detail(word));
                xml.text("cbc:Name", printed.name);
                xml.inside("cac:ClassifiedTaxCategory", |xml| category(xml, part.category, ""));
            });
            xml.inside("cac:Price", |xml| {
                self.money(xml, "cbc:PriceAmount", printed.price);
                if let Some(base) = printed.base {
                    xml.text_with("cbc:BaseQuantity", &[("unitCode", unit)], base);
                }
            });
        });
    }
}

/// With `sentence`, where the tax table stands: why no tax is charged, if none is.
fn category(xml: &mut Xml, category: Category, sentence: &str) {
    xml.text("cbc:ID", category.code());
    xml.text("cbc:Percent", &category.rate().unwrap_or_default());
    if category.needs_reason() && !sentence.is_empty() {
        xml.text("cbc:TaxExemptionReasonCode", category.reason_code().unwrap_or_default());
        xml.text("cbc:TaxExemptionReason", sentence);
    }
    xml.inside("cac:TaxScheme", |xml| xml.text("cbc:ID", "VAT"));
}

fn address(xml: &mut Xml, address: &Address) {
    xml.inside("cac:PostalAddress", |xml| {
        xml.text("cbc:StreetName", &address.street);
        xml.text("cbc:CityName", &address.city);
        xml.text("cbc:PostalZone", &address.postcode);
        xml.inside("cac:Country", |xml| xml.text("cbc:IdentificationCode", &address.country));
    });
}

fn tax_scheme(xml: &mut Xml, scheme: &str, number: &str) {
    if !number.is_empty() {
        xml.inside("cac:PartyTaxScheme", |xml| {
            xml.text("cbc:CompanyID", number);
            xml.inside("cac:TaxScheme", |xml| xml.text("cbc:ID", scheme));
        });
    }
}
