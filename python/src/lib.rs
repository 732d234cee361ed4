//! The Python package's native module: the library's types and functions, made Python's. It holds no logic of aligning; what a
//! user meets is in `bitext/*.py`, which is typed.
//!
//! All work is done on threads of the call's own, without the interpreter's lock; none outlives its call or iterator, so that a process
//! may fork between calls.

mod aligner;
mod arrow;
mod config;
mod judge;
mod model;
mod result;
mod work;

use pyo3::prelude::*;

pyo3::create_exception!(
    bitext,
    BitextError,
    pyo3::exceptions::PyValueError,
    "What could not be done, where, and what to do about it."
);

/// An error that says what `place` is.
fn error(place: impl std::fmt::Display, error: impl std::fmt::Display) -> PyErr {
    BitextError::new_err(format!("{place}: {error}"))
}

/// An error of the file system, as Python's own, with the path.
fn io_error(path: &std::path::Path, error: &std::io::Error) -> PyErr {
    std::io::Error::new(error.kind(), format!("{}: {error}", path.display())).into()
}

#[pymodule]
fn _bitext(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("BitextError", module.py().get_type::<BitextError>())?;
    module.add("SAMPLE_BYTES", bitext::engine::SAMPLE_BYTES)?;
    module.add("TRAINING_BYTES", bitext::engine::TRAINING_BYTES)?;
    module.add_class::<aligner::Aligner>()?;
    module.add_class::<aligner::Stream>()?;
    module.add_class::<aligner::Draw>()?;
    module.add_class::<model::Model>()?;
    module.add_class::<result::Row>()?;
    module.add_class::<result::Reject>()?;
    module.add_class::<result::Lost>()?;
    module.add_class::<result::Finding>()?;
    module.add_class::<result::Sentence>()?;
    module.add_function(wrap_pyfunction!(arrow::rows_to_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(arrow::rows_from_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(arrow::rejects_to_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(arrow::findings_to_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(judge::split, module)?)?;
    module.add_function(wrap_pyfunction!(judge::check, module)?)?;
    module.add_function(wrap_pyfunction!(judge::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(judge::read_rows, module)?)?;
    module.add_function(wrap_pyfunction!(config::defaults, module)?)?;
    Ok(())
}
