//! What Square's settings are called, and what people read beside them.
//!
//! Invariant: only what is marked as secret is one. Left out: what they are used for.

use crate::registry::{IN_FIELDS, PAYER_PAYS, SettingField, Takes};

/// The setting that says whether bank accounts are taken, and its word for yes.
pub(super) const BANKS: &str = "bank_accounts";
pub(super) const IN_THE_US: &str = "us";

/// What Square's settings are.
pub(super) const FIELDS: &[SettingField] = &[
    SettingField {
        name: "access_token",
        label: "Access token",
        help: "In Square's developer console, under Credentials.",
        secret: true,
        required: true,
        takes: Takes::Text,
    },
    SettingField {
        name: "application_id",
        label: "Application ID",
        help: "Beside the access token. One that begins with sandbox- leads to Square's own trial.",
        secret: false,
        required: true,
        takes: Takes::Beginning(&["sq0idp-", "sandbox-"]),
    },
    SettingField {
        name: "location_id",
        label: "Location ID",
        help: "The location the money is taken for; under Locations.",
        secret: false,
        required: true,
        takes: Takes::Text,
    },
    SettingField {
        name: "signature_key",
        label: "Webhook signature key",
        help: "Square shows it once a webhook to the address below is added. Without it, payments are found by asking.",
        secret: true,
        required: false,
        takes: Takes::Text,
    },
    SettingField {
        name: PAYER_PAYS,
        label: "Payers pay",
        help: "On Square's own page no foreign script runs on ours, which keeps your questionnaire for card security short. Only its fields keep cards for later.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("page", "on Square's page"), (IN_FIELDS, "in Square's fields on our page")]),
    },
    SettingField {
        name: BANKS,
        label: "Bank accounts",
        help: "Payers may pay from a bank account (ACH): in Square's fields on our page, and on Square's own invoices. \
               Square takes them in the United States, in US dollars.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("no", "no"), (IN_THE_US, "yes, this location is in the United States")]),
    },
];
