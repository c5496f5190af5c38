//! Runs the flows of a batch side by side in one transaction: the reads of all travel together, and so do the writes.
//!
//! In each round every flow runs until it waits or is done; then the writes of those that are done and the questions of those
//! that wait go in one flight. Flows that want what another has locked wait for it to end (`batch.rs`).
//! Invariant: if anything does not go as expected, nothing is kept: the batch is rolled back and run in smaller parts, until it
//! is known which flow it was. Left out on purpose: savepoints.

use super::Trouble;
use super::flight::{Said, Wire};
use crate::db::Shared;
use crate::db::batch::{FlowNumber, Locks, Pile, Statement};
use crate::db::desk::{Asked, Desk, Question, Running, Step, step};
use crate::db::queue::Flow;
use crate::db::tx::{Tx, Write};
use crate::error::Result;

const BEGIN: &str = "begin isolation level read committed";

/// Why a batch could not be run side by side.
pub(super) enum Failed {
    /// Some flow's read or write failed, or the flows wait for each other: it must be run in parts.
    Inside(String),
    Trouble(Trouble),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Failed {
        match trouble {
            Trouble::Flow(error) => Failed::Inside(error.to_string()),
            Trouble::Aborted => Failed::Inside("an earlier statement failed".to_owned()),
            other => Failed::Trouble(other),
        }
    }
}

/// A flow of the batch under way.
struct Actor<'a> {
    desk: &'a Desk,
    running: Running<'a, Vec<Write>>,
    waits: Option<Waits>,
    outcome: Option<Result<()>>,
}

struct Waits {
    asked: Vec<Asked>,
    /// Whether what it asks to lock is locked for it.
    granted: bool,
}

/// Runs all flows in a transaction that is left open, with everything written. Answers the outcome of each.
pub(super) async fn play(wire: &Wire, flows: &mut [Box<dyn Flow>], shared: &Shared) -> Result<Vec<Result<()>>, Failed> {
    let desks: Vec<Desk> = flows.iter().map(|_| Desk::default()).collect();
    let mut actors: Vec<Actor<'_>> = flows
        .iter_mut()
        .zip(&desks)
        .map(|(flow, desk)| {
            let tx = Tx::new(desk, flow.business(), shared.clock.now(), shared.ids.clone());
            Actor { desk, running: flow.run(tx), waits: None, outcome: None }
        })
        .collect();
    let (mut locks, mut pile, mut opening) = (Locks::default(), Pile::default(), BEGIN);
    loop {
        run_all(&mut actors, &mut locks, &mut pile)?;
        grant_all(&mut actors, &mut locks);
        if actors.iter().any(Actor::can_run) {
            continue;
        }
        let done = actors.iter().all(|actor| actor.outcome.is_some());
        if !done && !actors.iter().any(Actor::is_granted) {
            return Err(Failed::Inside("the flows wait for each other".to_owned()));
        }
        if !done || !pile.is_empty() || !opening.is_empty() {
            fly(wire, std::mem::take(&mut opening), &mut pile, &mut actors, &mut locks).await?;
        }
        if done {
            return Ok(actors.into_iter().filter_map(|actor| actor.outcome).collect());
        }
    }
}

impl Actor<'_> {
    fn can_run(&self) -> bool {
        self.outcome.is_none() && self.waits.is_none()
    }

    fn is_granted(&self) -> bool {
        self.waits.as_ref().is_some_and(|waits| waits.granted)
    }
}

/// Lets every flow run until it waits or is done.
fn run_all(actors: &mut [Actor<'_>], locks: &mut Locks, pile: &mut Pile) -> Result<(), Failed> {
    for (number, actor) in actors.iter_mut().enumerate().filter(|(_, actor)| actor.can_run()) {
        match step(&mut actor.running, actor.desk) {
            Step::Waits(asked) => actor.waits = Some(Waits { asked, granted: false }),
            Step::Done(outcome) => actor.outcome = Some(end(number, outcome, locks, pile)?),
        }
    }
    Ok(())
}

fn end(number: FlowNumber, outcome: Result<Vec<Write>>, locks: &mut Locks, pile: &mut Pile) -> Result<Result<()>, Failed> {
    let writes = match outcome {
        Ok(writes) => writes,
        Err(error) => {
            locks.end(number, &[]);
            return Ok(Err(error));
        }
    };
    locks.end(number, &writes);
    pile.add(writes).map_err(|error| Failed::Inside(error.to_string()))?;
    Ok(Ok(()))
}

/// Gives waiting flows, in their order, what is free to lock, and answers what is known without asking.
fn grant_all(actors: &mut [Actor<'_>], locks: &mut Locks) {
    for (number, actor) in actors.iter_mut().enumerate() {
        let Some(waits) = &mut actor.waits else { continue };
        if !waits.granted {
            waits.granted = locks.take(number, waits.asked.iter().map(|asked| &asked.question));
        }
        if waits.granted {
            waits.asked.retain(|asked| match locks.answer(&asked.question) {
                Some(row) => {
                    asked.answer(vec![row]);
                    false
                }
                None => true,
            });
            if waits.asked.is_empty() {
                actor.waits = None;
            }
        }
    }
}

/// One flight: what was written, then what is asked.
async fn fly(wire: &Wire, opening: &str, pile: &mut Pile, actors: &mut [Actor<'_>], locks: &mut Locks) -> Result<(), Failed> {
    let mut asked: Vec<Asked> = Vec::new();
    for actor in actors.iter_mut().filter(|actor| actor.is_granted()) {
        asked.extend(actor.waits.take().into_iter().flat_map(|waits| waits.asked));
    }
    // Rows are locked in one order, so that two nodes seldom wait for each other.
    asked.sort_by(|one, other| order(&one.question).cmp(&order(&other.question)));
    // What several flows ask is asked once; a lock is asked by one flow at a time.
    let mut questions: Vec<Said<'_>> = Vec::new();
    let mut places = Vec::with_capacity(asked.len());
    for one in &asked {
        let (sql, params) = one.question.statement();
        let known = questions.iter().rposition(|(other, values)| std::ptr::eq(*other, sql) && *values == params);
        places.push(known.unwrap_or_else(|| {
            questions.push((sql, params));
            questions.len() - 1
        }));
    }
    let statements: Vec<Statement> = pile.take();
    let changes: Vec<Said<'_>> = statements.iter().map(|statement| (statement.sql, statement.params.as_slice())).collect();
    let (changed, found) = wire.fly(opening, &changes, &questions).await?;
    if let Some((statement, _)) = statements.iter().zip(changed).find(|(statement, changed)| !statement.is_right(*changed)) {
        return Err(Failed::Inside(format!("{} did not change what it should", statement.sql.name)));
    }
    for (one, place) in asked.iter().zip(places) {
        locks.learn(&one.question, &found[place]);
        one.answer(found[place].clone());
    }
    Ok(())
}

/// Plain reads first; locks by table and key.
fn order(question: &Question) -> Option<(&'static str, &[crate::db::Value])> {
    match question {
        Question::Key { table, key, lock: true } => Some((table.name, key)),
        _ => None,
    }
}
