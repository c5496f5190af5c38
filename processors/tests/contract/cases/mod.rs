//! The cases, each under the capability it exercises. A case sees one fresh stage and shares nothing with others.

mod checkout;
mod debits;
mod fields;
mod general;
mod holds;
mod hooks;
mod invoices;
mod keyed;
mod keyed_apart;
mod payouts;
mod refunds;
mod saved;
mod unclaimed;

use processors::{Capability, Fut};

use crate::stage::Stage;

pub use unclaimed::refuses;

#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub run: for<'a> fn(&'a dyn Stage) -> Fut<'a, ()>,
}

/// `case!(checkout::paid_once)`: the case named like its function.
macro_rules! case {
    ($module:ident::$name:ident) => {
        Case { name: stringify!($name), run: |stage| Box::pin($module::$name(stage)) }
    };
}

const CASES: &[(Capability, &[Case])] = &[
    (
        Capability::Checkout,
        &[
            case!(checkout::a_page_is_paid_and_tells_so),
            case!(checkout::a_decline_names_its_reason_and_another_card_may_be_tried),
            case!(checkout::the_holder_confirms_or_not),
            case!(checkout::the_same_key_is_the_same_page),
            case!(checkout::two_tabs_pay_once),
            case!(checkout::a_closed_page_is_never_paid),
            case!(checkout::closing_and_paying_at_once_has_one_winner),
        ],
    ),
    (
        Capability::EmbeddedFields,
        &[
            case!(fields::a_page_of_ours_is_paid_in_the_processors_fields),
            case!(fields::a_decline_leaves_the_page_for_another_card),
            case!(fields::what_the_holder_must_confirm_is_paid_then),
            case!(fields::a_page_that_is_closed_or_late_is_never_paid),
            case!(fields::a_lost_answer_is_found_with_its_page),
        ],
    ),
    (Capability::PaymentRequest, &[case!(checkout::a_page_waits_for_its_payer)]),
    (
        Capability::SavedMethods,
        &[
            case!(saved::a_saved_card_is_charged_while_its_holder_is_away),
            case!(saved::a_saved_card_is_declined_with_its_reason),
            case!(saved::the_holder_of_a_saved_card_confirms_or_not),
            case!(saved::a_forgotten_card_is_never_charged),
            case!(saved::a_card_is_kept_once_for_its_key),
            case!(saved::a_card_belongs_to_its_customer),
            case!(saved::the_same_key_charges_once),
        ],
    ),
    (
        Capability::KeepWhilePaying,
        &[case!(saved::a_card_can_be_kept_while_paying), case!(fields::a_card_is_kept_that_is_typed_into_the_fields)],
    ),
    (Capability::SetupPage, &[case!(saved::a_card_is_kept_without_being_charged)]),
    (Capability::BankDebit, &[case!(debits::a_debit_settles_later), case!(debits::a_debit_comes_back)]),
    (
        Capability::Authorize,
        &[
            case!(holds::a_held_amount_is_taken_once),
            case!(holds::a_held_amount_is_let_go),
            case!(holds::a_hold_lapses),
            case!(holds::no_more_than_is_held),
            case!(holds::a_page_can_hold),
        ],
    ),
    (Capability::PartialCapture, &[case!(holds::a_part_is_taken_and_the_rest_released)]),
    (
        Capability::Refund,
        &[
            case!(refunds::the_whole_goes_back_once),
            case!(refunds::the_window_closes),
            case!(refunds::a_refund_that_is_not_taken_changes_nothing),
            case!(refunds::a_disputed_charge_is_not_refunded),
        ],
    ),
    (Capability::PartialRefund, &[case!(refunds::parts_never_add_up_to_more), case!(refunds::a_refund_made_elsewhere_is_found)]),
    (
        Capability::RemoteInvoice,
        &[
            case!(invoices::an_invoice_is_sent_and_paid),
            case!(invoices::a_canceled_invoice_is_never_paid),
            case!(invoices::what_paid_an_invoice_is_disputed_like_any_charge),
        ],
    ),
    (Capability::ResendInvoice, &[case!(invoices::a_sent_invoice_is_mailed_again)]),
    (
        Capability::VirtualTerminal,
        &[
            case!(keyed::staff_key_a_card_into_the_processors_fields),
            case!(keyed::a_keyed_card_is_held_first),
            case!(keyed::a_keyed_card_is_declined_with_its_reason),
            case!(keyed::a_page_for_staff_is_closed_or_lapses),
        ],
    ),
    (
        Capability::SeparateTerminal,
        &[
            case!(keyed_apart::what_staff_take_there_is_known_by_our_reference),
            case!(keyed_apart::a_card_that_is_refused_there_is_no_payment),
            case!(keyed_apart::what_was_keyed_twice_and_given_back_once_is_the_one_that_stands),
            case!(keyed_apart::what_was_taken_there_goes_back_like_any_charge),
            case!(keyed_apart::what_carries_another_reference_is_not_ours),
        ],
    ),
    (
        Capability::Webhooks,
        &[
            case!(hooks::a_message_is_believed_only_as_it_was_signed),
            case!(hooks::a_replaced_secret_is_accepted_as_long_as_it_is_kept),
            case!(hooks::each_message_leads_to_what_changed),
        ],
    ),
    (Capability::Payouts, &[case!(payouts::payouts_add_up_to_what_was_kept)]),
];

/// What every processor must do, whatever it claims.
pub const FOR_ALL: &[Case] = &[
    case!(general::amounts_keep_their_currency_to_the_last_unit),
    case!(general::the_connection_can_be_tested_without_taking_money),
    case!(general::a_trial_charges_nobody),
    case!(general::what_is_not_there_is_not_found),
    case!(general::an_amount_that_is_none_is_refused),
    case!(general::the_same_customer_has_one_id),
    case!(general::what_was_asked_reads_back_from_storage),
    case!(general::changes_leave_nothing_out),
    case!(general::keys_that_are_revoked_midway_hide_nothing),
];

pub fn of(claim: Capability) -> impl Iterator<Item = &'static Case> {
    CASES.iter().filter(move |(exercised, _)| *exercised == claim).flat_map(|(_, cases)| cases.iter())
}
