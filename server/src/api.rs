//! The JSON API: one file a noun, one published shape a noun, the same flows as the pages.
