#[test] fn built_in_tables_are_whole() { for (tag, written) in super::table::BUILT_IN { let mut t = super::table::Table::default(); if let Err(e) = t.read(written) { panic!("{tag}: {e}") } } }
