//! What may be done: one business act, one file, one atomic command.
//!
//! Every flow reads in this order: check the input; claim the idempotency key and lock what the decision rests on; decide with
//! `books`; write; emit the event and leave jobs behind. Pages, API and jobs call the same flow with another actor.

pub(crate) mod audit;
pub mod call;
pub mod check;
pub(crate) mod posting;

pub mod act_as_customer;
pub mod add_entry;
pub mod amend_order;
pub mod approvals;
pub mod ask_processor;
pub mod change_order;
pub mod charge_late_fee;
pub mod charge_saved;
pub mod connect_processor;
pub mod create_business;
pub mod create_order;
pub mod credit_invoice;
pub mod discard_draft;
pub mod draft_invoice;
pub mod dress_papers;
pub mod enter_portal;
pub mod hold_amount;
pub mod issue_and_charge;
pub mod issue_invoice;
pub mod issue_key;
pub mod keep_answer;
pub mod keep_method;
pub mod keep_paper;
pub mod key_apart;
pub mod lead_on;
pub mod limits;
pub mod manage_users;
pub mod move_clock;
pub mod note_payout;
pub mod open_link;
pub mod pay_in_fields;
pub mod pay_out_credit;
pub mod reallocate_payment;
pub mod record_payment;
pub mod refund_payment;
pub mod remote_invoice;
pub mod replace_template;
pub mod report_bounce;
pub mod request_payment;
pub mod reverse_entry;
pub mod reword_mail;
pub mod save_business;
pub mod save_customer;
pub mod save_e_invoicing;
pub mod select_documents;
pub mod send_message;
pub mod send_statement;
pub mod set_up_method;
pub mod settle_payment;
pub mod settle_refund;
pub mod share_link;
pub mod sign_in;
pub mod start_checkout;
pub mod take_in_person;
pub mod test_processor;
pub mod try_again;
pub mod use_sandbox_desk;
pub mod void_invoice;
