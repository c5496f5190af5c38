//! Prepares every registered text on the engine at hand, without running any.
//!
//! Invariant: what is not prepared here cannot be run, because a text can be had only through `sql!` and `table!`.

use super::sql::{self, Sql};
use super::{Db, Engine, EngineKind, Mode, postgres, sqlite, table};
use crate::error::{Error, Result};

/// What the engine makes of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prepared {
    /// Name of the text, or `table.kind`.
    pub name: String,
    pub text: String,
    /// How many parameters it takes, and the sorted names of its columns; or why the engine refuses it.
    pub meaning: std::result::Result<(usize, Vec<String>), String>,
}

impl Db {
    /// Every text of this program as this engine understands it, sorted. Blocks; for tests and `owed doctor`.
    pub fn prepare_everything(&self) -> Result<Vec<Prepared>> {
        let texts = inventory::iter::<sql::Registered>().map(|registered| registered.0);
        let mut texts: Vec<&'static Sql> = texts.chain(table::statements_of_all_tables()).collect();
        texts.sort_by_key(|sql| std::ptr::from_ref::<Sql>(sql).addr());
        let mut prepared = match &self.0.engine {
            Engine::Sqlite(sqlite) => {
                let connection = sqlite::connect(&sqlite.path, Mode::ReadOnly)?;
                texts
                    .into_iter()
                    .map(|sql| described(sql, EngineKind::Sqlite, sqlite::describe(&connection, sql)))
                    .collect::<Vec<_>>()
            }
            Engine::Postgres(address) => postgres::on_own_thread(async move || {
                let wire = address.connect(postgres::Use::ReadAtLeisure).await.map_err(Error::from)?;
                let mut prepared = Vec::new();
                for sql in texts {
                    prepared.push(described(sql, EngineKind::Postgres, wire.describe(sql).await));
                }
                Ok(prepared)
            })?,
        };
        prepared.sort();
        Ok(prepared)
    }
}

fn described(sql: &Sql, engine: EngineKind, meaning: std::result::Result<(usize, Vec<String>), String>) -> Prepared {
    let sorted = meaning.map(|(parameters, mut columns)| {
        columns.sort();
        (parameters, columns)
    });
    Prepared { name: sql.name.to_string(), text: sql.text(engine).to_owned(), meaning: sorted }
}
