//! The program itself, as its own process: what only the whole binary can show.

mod render_worker;
