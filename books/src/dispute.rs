//! Disputes: what a processor says of one, and what that asks of the books (rule 15).
//!
//! Invariants: what is said again asks for nothing; from each state every other is reached by what lies between the two. What was
//! lost is gone until it is won: an appeal moves no money. Left out: the postings ([`crate::account`]), and which of two answers is
//! the newer one, which whoever asked must know.

use crate::words::words;

words! {
    /// How a dispute stands.
    DisputeState {
        /// The processor holds the money back.
        Opened = "opened",
        /// It was given back, or never left.
        Won = "won",
        /// It is gone.
        Lost = "lost",
    }
}

/// What the books do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStep {
    /// Disputed funds against clearing.
    Hold,
    /// What was held is back.
    Release,
    /// What was held is gone, and what it had paid is owed again.
    Lose,
    /// The same of what nobody knew to be held.
    HoldAndLose,
    /// What was gone is back.
    Reinstate,
    /// It came to an end before it was learned of: it moved nothing.
    Note,
    Nothing,
}

/// What it asks for when a dispute that was `known` to stand so stands as `told` now.
pub fn on_news(known: Option<DisputeState>, told: DisputeState) -> DisputeStep {
    use DisputeState::{Lost, Opened, Won};
    match (known, told) {
        (None | Some(Won), Opened) => DisputeStep::Hold,
        (None | Some(Won), Lost) => DisputeStep::HoldAndLose,
        (Some(Opened), Won) => DisputeStep::Release,
        (Some(Opened), Lost) => DisputeStep::Lose,
        (Some(Lost), Won) => DisputeStep::Reinstate,
        (None, Won) => DisputeStep::Note,
        (Some(Lost), Opened | Lost) | (Some(Opened), Opened) | (Some(Won), Won) => DisputeStep::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::DisputeState::{Lost, Opened, Won};
    use super::*;

    /// What the books have after a step, in the order: held back, gone.
    fn after(step: DisputeStep, (held, gone): (i64, i64)) -> (i64, i64) {
        match step {
            DisputeStep::Hold => (held + 1, gone),
            DisputeStep::Release => (held - 1, gone),
            DisputeStep::Lose => (held - 1, gone + 1),
            DisputeStep::HoldAndLose => (held, gone + 1),
            DisputeStep::Reinstate => (held, gone - 1),
            DisputeStep::Note | DisputeStep::Nothing => (held, gone),
        }
    }

    /// Every row of four answers, each told once or twice: the books have what the last one says, however it was reached.
    #[test]
    fn the_books_have_what_was_told_last() {
        for row in 0..3_u32.pow(4) {
            let told: Vec<DisputeState> = (0..4).map(|at| DisputeState::ALL[(row / 3_u32.pow(at) % 3) as usize]).collect();
            let (mut known, mut books) = (None, (0, 0));
            for state in told.iter().flat_map(|state| [*state, *state]) {
                let step = on_news(known, state);
                books = after(step, books);
                if step != DisputeStep::Nothing {
                    known = Some(state);
                }
            }
            let before_appeals = told.iter().rev().find(|state| **state != Opened);
            let expected = match (told[3], before_appeals) {
                (Won, _) => (0, 0),
                (Lost, _) | (Opened, Some(Lost)) => (0, 1),
                (Opened, _) => (1, 0),
            };
            assert_eq!(books, expected, "{told:?}");
        }
    }
}
