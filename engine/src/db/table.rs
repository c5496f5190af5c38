//! Tables, each declared once beside its struct, and the statements that follow from the declaration.
//!
//! Invariant: whoever inserts, sets or locks a row names no column: it is made from the struct, so a column can be neither
//! forgotten nor misspelled; a test prepares all of it on both engines. Left out on purpose: relations, queries.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::sql::Sql;
use super::value::{FromRow, Row, Value};
use crate::error::Result;

/// What is known about a table.
#[derive(Debug)]
pub(crate) struct TableInfo {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) key: &'static [&'static str],
    statements: OnceLock<Statements>,
    /// Statements for several rows and for totals, made when they are first wanted.
    made: Mutex<Vec<(Made, &'static Sql)>>,
}

/// Which statement for several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Insert(usize),
    Bump(Bump, usize),
}

#[derive(Debug)]
struct Statements {
    get: Sql,
    lock: Sql,
    insert: Sql,
    ignore: Sql,
    set: Sql,
    first: Sql,
    next: Sql,
}

/// Which columns of an existing row are added to, and which are overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Bump {
    pub(crate) add: &'static [&'static str],
    pub(crate) set: &'static [&'static str],
}

/// A struct that is a row of a table.
pub(crate) trait Table: FromRow {
    /// Name, columns and key of the table.
    fn info() -> &'static TableInfo;
    /// The values in the order of the columns.
    fn values(&self) -> Vec<Value>;
}

/// A registered table.
pub(crate) struct Registered {
    pub(crate) info: fn() -> &'static TableInfo,
    /// A row's values in the order of the columns, each as its own type has it, whatever the engine made of it.
    pub(crate) read: fn(&Row) -> Result<Vec<Value>>,
    /// Of each column, the letters before an id as people see it.
    pub(crate) prefixes: &'static [Option<&'static str>],
}
inventory::collect!(Registered);

impl TableInfo {
    pub(crate) const fn new(name: &'static str, columns: &'static [&'static str], key: &'static [&'static str]) -> TableInfo {
        TableInfo { name, columns, key, statements: OnceLock::new(), made: Mutex::new(Vec::new()) }
    }

    /// The row with this key.
    pub(crate) fn get(&self) -> &Sql {
        &self.statements().get
    }

    /// The same, locked until the end of the transaction.
    pub(crate) fn lock(&self) -> &Sql {
        &self.statements().lock
    }

    pub(crate) fn insert(&self) -> &Sql {
        &self.statements().insert
    }

    /// Insert, unless the row breaks a unique key.
    pub(crate) fn ignore(&self) -> &Sql {
        &self.statements().ignore
    }

    /// Overwrites all columns but the key; the parameters are those of [`TableInfo::insert`].
    pub(crate) fn set(&self) -> &Sql {
        &self.statements().set
    }

    /// The first so many rows by key.
    pub(crate) fn first(&self) -> &Sql {
        &self.statements().first
    }

    /// The next so many rows after a key.
    pub(crate) fn next(&self) -> &Sql {
        &self.statements().next
    }

    /// Insert, or add to and overwrite columns of the row that has the key already.
    pub(crate) fn bump(&self, bump: Bump) -> &'static Sql {
        self.bump_many(bump, 1)
    }

    /// The same for so many rows of different keys.
    pub(crate) fn bump_many(&self, bump: Bump, rows: usize) -> &'static Sql {
        self.made(Made::Bump(bump, rows))
    }

    /// Insert of so many rows.
    pub(crate) fn insert_many(&'static self, rows: usize) -> &'static Sql {
        if rows == 1 { self.insert() } else { self.made(Made::Insert(rows)) }
    }

    fn made(&self, wanted: Made) -> &'static Sql {
        // Only complete entries are ever pushed, so a panic elsewhere leaves nothing half done.
        let mut known = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sql)) = known.iter().find(|(of, _)| *of == wanted) {
            return sql;
        }
        let (kind, text) = match wanted {
            Made::Insert(rows) => ("insert", self.insert_text(rows)),
            Made::Bump(bump, rows) => ("bump", self.bump_text(bump, rows)),
        };
        // A few for each table, for the life of the process.
        let made: &'static Sql = Box::leak(Box::new(Sql::made(format!("{}.{kind}", self.name), text)));
        known.push((wanted, made));
        made
    }

    /// Where the key columns stand among the columns.
    pub(crate) fn key_places(&self) -> impl Iterator<Item = usize> + '_ {
        self.key.iter().map(|key| self.place(key))
    }

    /// The key of a row given by all its values.
    pub(crate) fn key_of(&self, values: &[Value]) -> Vec<Value> {
        self.key_places().map(|place| values[place].clone()).collect()
    }

    /// Where a column stands.
    pub(crate) fn place(&self, column: &str) -> usize {
        self.columns.iter().position(|known| *known == column).expect("table! and bump name columns of the struct")
    }

    fn statements(&self) -> &Statements {
        self.statements.get_or_init(|| {
            let name = self.name;
            let columns = self.columns.join(", ");
            let select = format!("select {columns} from {name} where {}", self.key_condition(|at| at + 1));
            let insert = self.insert_text(1);
            let key = self.key.join(", ");
            let after = (1..=self.key.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            let most = format!("${}", self.key.len() + 1);
            let made = |kind: &str, text: String| Sql::made(format!("{name}.{kind}"), text);
            Statements {
                get: made("get", select.clone()),
                lock: made("lock", format!("{select} {{for_update}}")),
                ignore: made("ignore", format!("{insert} on conflict do nothing")),
                insert: made("insert", insert),
                set: made("set", self.set_text()),
                first: made("first", format!("select {columns} from {name} order by {key} limit $1")),
                next: made("next", format!("select {columns} from {name} where ({key}) > ({after}) order by {key} limit {most}")),
            }
        })
    }

    fn set_text(&self) -> String {
        let rest = self.columns.iter().enumerate().filter(|(_, column)| !self.key.contains(column));
        let changes: Vec<String> = rest.map(|(at, column)| format!("{column} = ${}", at + 1)).collect();
        // A table that is all key has nothing to set: the row is only required to be there.
        let changes = if changes.is_empty() { format!("{0} = {0}", self.key[0]) } else { changes.join(", ") };
        format!("update {} set {changes} where {}", self.name, self.key_condition(|at| self.place(self.key[at]) + 1))
    }

    fn insert_text(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| (1..=width).map(|n| format!("${}", row * width + n)).collect::<Vec<_>>().join(", ");
        let rows = (0..rows).map(|number| format!("({})", row(number))).collect::<Vec<_>>().join(", ");
        format!("insert into {} ({}) values {rows}", self.name, self.columns.join(", "))
    }

    fn bump_text(&self, bump: Bump, rows: usize) -> String {
        let name = self.name;
        let added = bump.add.iter().map(|column| format!("{column} = {name}.{column} + excluded.{column}"));
        let set = bump.set.iter().map(|column| format!("{column} = excluded.{column}"));
        let changes = added.chain(set).collect::<Vec<_>>().join(", ");
        format!("{} on conflict ({}) do update set {changes}", self.insert_text(rows), self.key.join(", "))
    }

    fn key_condition(&self, parameter: impl Fn(usize) -> usize) -> String {
        self.key.iter().enumerate().map(|(at, column)| format!("{column} = ${}", parameter(at))).collect::<Vec<_>>().join(" and ")
    }
}

/// Every declared table.
pub(crate) fn all() -> impl Iterator<Item = &'static TableInfo> {
    inventory::iter::<Registered>().map(|registered| (registered.info)())
}

/// Every statement that follows from the declared tables, for the test that prepares them.
pub(crate) fn statements_of_all_tables() -> Vec<&'static Sql> {
    let of = |info: &'static TableInfo| {
        let rows = [info.get(), info.lock(), info.first(), info.next()];
        rows.into_iter().chain([info.insert(), info.insert_many(4), info.ignore(), info.set()])
    };
    all().flat_map(of).collect()
}

/// Declares a table and the struct of its rows:
/// `table! { pub struct Counter in counter key(business_id, series) { pub business_id: BusinessId, … } }`.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident in $table:ident key($($key:ident),+ $(,)?) {
            $($(#[$field_meta:meta])* $field_visibility:vis $field:ident: $type:ty),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility struct $name {
            $($(#[$field_meta])* $field_visibility $field: $type),+
        }
        const _: () = {
            static INFO: $crate::db::TableInfo =
                $crate::db::TableInfo::new(stringify!($table), &[$(stringify!($field)),+], &[$(stringify!($key)),+]);
            $crate::db::inventory::submit! {
                $crate::db::RegisteredTable {
                    info: <$name as $crate::db::Table>::info,
                    read: |row| <$name as $crate::db::FromRow>::from_row(row).map(|row| $crate::db::Table::values(&row)),
                    prefixes: &[$(<$type as $crate::db::Column>::PREFIX),+],
                }
            }
            // A key that is not a column does not compile.
            #[allow(dead_code)]
            fn key_is_made_of_columns(row: &$name) {
                $(let _ = &row.$key;)+
            }
            impl $crate::db::Table for $name {
                fn info() -> &'static $crate::db::TableInfo {
                    &INFO
                }
                fn values(&self) -> Vec<$crate::db::Value> {
                    vec![$($crate::db::ToValue::to_value(&self.$field)),+]
                }
            }
            impl $crate::db::FromRow for $name {
                fn from_row(row: &$crate::db::Row) -> $crate::error::Result<Self> {
                    let mut places = 0_usize..;
                    Ok(Self { $($field: row.near(places.next().unwrap_or_default(), stringify!($field))?),+ })
                }
            }
        };
    };
}
pub(crate) use table;

/// Declares the rows of a query, read by column name: `row! { pub struct Line { pub name: String, … } }`.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field_visibility:vis $field:ident: $type:ty),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility struct $name {
            $($(#[$field_meta])* $field_visibility $field: $type),+
        }
        impl $crate::db::FromRow for $name {
            fn from_row(row: &$crate::db::Row) -> $crate::error::Result<Self> {
                let mut places = 0_usize..;
                Ok(Self { $($field: row.near(places.next().unwrap_or_default(), stringify!($field))?),+ })
            }
        }
    };
}
pub(crate) use row;
