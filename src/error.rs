//! Errors with a place and a way out.
