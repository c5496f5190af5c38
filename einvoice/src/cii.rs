//! The bill as a UN/CEFACT Cross Industry Invoice (D22B), profile EN 16931: what Factur-X and ZUGFeRD embed.
//!
//! Invariant: the order of elements is the schema's; a test holds it against the schema itself.

use books::calendar::Day;
use books::money::Money;

use crate::SPECIFICATION;
use crate::bill::{Address, Bill, BillKind};
use crate::check::Fault;
use crate::totals::{Category, Part, TaxRow, Totals};
use crate::units;
use crate::xml::Xml;

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
    ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
    ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
    ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
];

/// The XML of a bill. Refuses what would not be a valid electronic invoice. The same bill gives the same text.
pub fn cii(bill: &Bill) -> Result<String, Fault> {
    let totals = bill.totals()?;
    let writer = Writer { bill, totals: &totals };
    Ok(Xml::document("rsm:CrossIndustryInvoice", &NAMESPACES, |xml| {
        xml.inside("rsm:ExchangedDocumentContext", |xml| {
            xml.inside("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.text("ram:ID", SPECIFICATION));
        });
        writer.document(xml);
        xml.inside("rsm:SupplyChainTradeTransaction", |xml| {
            for (at, part) in (1..).zip(&totals.lines) {
                writer.line(xml, at, part);
            }
            writer.agreement(xml);
            // The delivery is not part of a bill; the schema wants its place.
            xml.inside("ram:ApplicableHeaderTradeDelivery", |_| {});
            writer.settlement(xml);
        });
    }))
}

struct Writer<'a> {
    bill: &'a Bill,
    totals: &'a Totals<'a>,
}

impl Writer<'_> {
    fn money(&self, minor: i64) -> String {
        Money::new(minor, self.bill.currency).to_decimal()
    }

    /// VAT numbers do not stand on a bill outside the scope of the tax (BR-O-2).
    fn in_scope(&self) -> bool {
        !self.totals.taxes.contains_key(&Category::OutsideScope)
    }

    fn document(&self, xml: &mut Xml) {
        let bill = self.bill;
        xml.inside("rsm:ExchangedDocument", |xml| {
            xml.text("ram:ID", &bill.number);
            xml.text("ram:TypeCode", bill.kind.code());
            xml.inside("ram:IssueDateTime", |xml| date(xml, "udt:DateTimeString", bill.issued_on));
            for note in bill.notes.iter().filter(|note| !note.trim().is_empty()) {
                xml.inside("ram:IncludedNote", |xml| xml.text("ram:Content", note));
            }
        });
    }

    fn line(&self, xml: &mut Xml, at: usize, part: &Part<'_>) {
        let printed = part.printed();
        let (unit, word) = units::code(if part.spread { "" } else { &part.line.unit });
        xml.inside("ram:IncludedSupplyChainTradeLineItem", |xml| {
            xml.inside("ram:AssociatedDocumentLineDocument", |xml| xml.text("ram:LineID", &at.to_string()));
            xml.inside("ram:SpecifiedTradeProduct", |xml| {
                xml.text("ram:Name", printed.name);
                xml.text("ram:Description", &printed.detail(word));
            });
            xml.inside("ram:SpecifiedLineTradeAgreement", |xml| {
                xml.inside("ram:NetPriceProductTradePrice", |xml| {
                    xml.text("ram:ChargeAmount", &self.money(printed.price));
                    if let Some(base) = printed.base {
                        xml.text_with("ram:BasisQuantity", &[("unitCode", unit)], base);
                    }
                });
            });
            xml.inside("ram:SpecifiedLineTradeDelivery", |xml| {
                xml.text_with("ram:BilledQuantity", &[("unitCode", unit)], printed.quantity);
            });
            xml.inside("ram:SpecifiedLineTradeSettlement", |xml| {
                xml.inside("ram:ApplicableTradeTax", |xml| category(xml, part.category));
                xml.inside("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                    xml.text("ram:LineTotalAmount", &self.money(part.net));
                });
            });
        });
    }

    fn agreement(&self, xml: &mut Xml) {
        let bill = self.bill;
        xml.inside("ram:ApplicableHeaderTradeAgreement", |xml| {
            xml.text("ram:BuyerReference", &bill.buyer.reference);
            xml.inside("ram:SellerTradeParty", |xml| self.seller(xml));
            xml.inside("ram:BuyerTradeParty", |xml| self.buyer(xml));
            if !bill.order_number.is_empty() {
                xml.inside("ram:SellerOrderReferencedDocument", |xml| xml.text("ram:IssuerAssignedID", &bill.order_number));
            }
        });
    }

    fn seller(&self, xml: &mut Xml) {
        let seller = &self.bill.seller;
        xml.text("ram:ID", self.bill.seller_identifier(self.in_scope()));
        xml.text("ram:Name", &seller.name);
        if !seller.registration.is_empty() {
            xml.inside("ram:SpecifiedLegalOrganization", |xml| xml.text("ram:ID", &seller.registration));
        }
        if !seller.phone.is_empty() || !seller.email.is_empty() {
            xml.inside("ram:DefinedTradeContact", |xml| {
                xml.text("ram:PersonName", &seller.name);
                if !seller.phone.is_empty() {
                    xml.inside("ram:TelephoneUniversalCommunication", |xml| xml.text("ram:CompleteNumber", &seller.phone));
                }
                if !seller.email.is_empty() {
                    xml.inside("ram:EmailURIUniversalCommunication", |xml| xml.text("ram:URIID", &seller.email));
                }
            });
        }
        address(xml, &seller.address);
        electronic(xml, &seller.email);
        if self.in_scope() {
            registration(xml, "VA", &seller.vat_id);
            registration(xml, "FC", &seller.tax_number);
        }
    }

    fn buyer(&self, xml: &mut Xml) {
        let buyer = &self.bill.buyer;
        xml.text("ram:Name", &buyer.name);
        address(xml, &buyer.address);
        electronic(xml, &buyer.email);
        if self.in_scope() {
            registration(xml, "VA", &buyer.vat_id);
        }
    }

    fn settlement(&self, xml: &mut Xml) {
        let bill = self.bill;
        xml.inside("ram:ApplicableHeaderTradeSettlement", |xml| {
            if bill.asks_for_transfer() {
                xml.text("ram:PaymentReference", &bill.number);
            }
            xml.text("ram:InvoiceCurrencyCode", bill.currency.code());
            if bill.asks_for_transfer() {
                self.transfer(xml);
            }
            for (category, row) in &self.totals.taxes {
                self.tax(xml, *category, *row);
            }
            for part in &self.totals.allowances {
                self.allowance(xml, part);
            }
            self.terms(xml);
            self.sums(xml);
            if let Some(earlier) = &bill.preceding {
                xml.inside("ram:InvoiceReferencedDocument", |xml| {
                    xml.text("ram:IssuerAssignedID", &earlier.number);
                    if let Some(day) = earlier.issued_on {
                        xml.inside("ram:FormattedIssueDateTime", |xml| date(xml, "qdt:DateTimeString", day));
                    }
                });
            }
        });
    }

    fn transfer(&self, xml: &mut Xml) {
        let seller = &self.bill.seller;
        xml.inside("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
            xml.text("ram:TypeCode", self.bill.transfer_code());
            xml.inside("ram:PayeePartyCreditorFinancialAccount", |xml| xml.text("ram:IBANID", &seller.iban));
            if !seller.bic.is_empty() {
                xml.inside("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| xml.text("ram:BICID", &seller.bic));
            }
        });
    }

    fn tax(&self, xml: &mut Xml, category: Category, row: TaxRow) {
        xml.inside("ram:ApplicableTradeTax", |xml| {
            xml.text("ram:CalculatedAmount", &self.money(row.tax));
            xml.text("ram:TypeCode", "VAT");
            if category.needs_reason() {
                xml.text("ram:ExemptionReason", self.bill.untaxed.as_ref().map_or("", |reason| &reason.sentence));
            }
            xml.text("ram:BasisAmount", &self.money(row.net));
            xml.text("ram:CategoryCode", category.code());
            xml.text("ram:ExemptionReasonCode", category.reason_code().unwrap_or_default());
            xml.text("ram:RateApplicablePercent", &category.rate().unwrap_or_default());
        });
    }

    fn allowance(&self, xml: &mut Xml, part: &Part<'_>) {
        xml.inside("ram:SpecifiedTradeAllowanceCharge", |xml| {
            xml.inside("ram:ChargeIndicator", |xml| xml.text("udt:Indicator", "false"));
            xml.text("ram:ActualAmount", &self.money(-part.net));
            xml.text("ram:Reason", part.printed().name);
            xml.inside("ram:CategoryTradeTax", |xml| crate::cii::category(xml, part.category));
        });
    }

    fn terms(&self, xml: &mut Xml) {
        let (words, due_on) = (self.bill.terms_in_words(), self.bill.due_on);
        if words.is_empty() && due_on.is_none() {
            return;
        }
        xml.inside("ram:SpecifiedTradePaymentTerms", |xml| {
            xml.text("ram:Description", &words);
            if let Some(day) = due_on {
                xml.inside("ram:DueDateDateTime", |xml| date(xml, "udt:DateTimeString", day));
            }
        });
    }

    fn sums(&self, xml: &mut Xml) {
        let (bill, totals) = (self.bill, self.totals);
        xml.inside("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
            xml.text("ram:LineTotalAmount", &self.money(totals.line_sum()));
            xml.text("ram:ChargeTotalAmount", &self.money(0));
            xml.text("ram:AllowanceTotalAmount", &self.money(totals.allowance_sum()));
            xml.text("ram:TaxBasisTotalAmount", &self.money(totals.net()));
            xml.text_with("ram:TaxTotalAmount", &[("currencyID", bill.currency.code())], &self.money(totals.tax()));
            xml.text("ram:GrandTotalAmount", &self.money(bill.total));
            xml.text("ram:TotalPrepaidAmount", &self.money(bill.prepaid));
            xml.text("ram:DuePayableAmount", &self.money(bill.payable()));
        });
    }
}

impl BillKind {
    /// UNTDID 1001.
    pub(crate) fn code(self) -> &'static str {
        match self {
            BillKind::Invoice => "380",
            BillKind::CreditNote => "381",
        }
    }
}

fn date(xml: &mut Xml, name: &str, day: Day) {
    xml.text_with(name, &[("format", "102")], &day.strftime("%Y%m%d").to_string());
}

fn category(xml: &mut Xml, category: Category) {
    xml.text("ram:TypeCode", "VAT");
    xml.text("ram:CategoryCode", category.code());
    xml.text("ram:RateApplicablePercent", &category.rate().unwrap_or_default());
}

fn address(xml: &mut Xml, address: &Address) {
    xml.inside("ram:PostalTradeAddress", |xml| {
        xml.text("ram:PostcodeCode", &address.postcode);
        xml.text("ram:LineOne", &address.street);
        xml.text("ram:CityName", &address.city);
        xml.text("ram:CountryID", &address.country);
    });
}

fn electronic(xml: &mut Xml, email: &str) {
    if !email.is_empty() {
        xml.inside("ram:URIUniversalCommunication", |xml| xml.text_with("ram:URIID", &[("schemeID", "EM")], email));
    }
}

fn registration(xml: &mut Xml, scheme: &str, number: &str) {
    if !number.is_empty() {
        xml.inside("ram:SpecifiedTaxRegistration", |xml| xml.text_with("ram:ID", &[("schemeID", scheme)], number));
    }
}
