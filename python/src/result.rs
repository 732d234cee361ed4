//! Results as light objects: a row, a reject, a finding, a sentence.

use bitext::export;
use bitext::span::ByteRange;
use bitext::{archive, engine, fidelity};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::Serialize;
use serde_json::{Map, Value};

/// A JSON value as Python's own.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.into_pyobject(py)?.into_any(),
            (None, Some(whole)) => whole.into_pyobject(py)?.into_any(),
            (None, None) => number.as_f64().into_pyobject(py)?.into_any(),
        },
        Value::String(text) => text.into_pyobject(py)?.into_any(),
        Value::Array(values) => {
            let list = PyList::empty(py);
            values.iter().try_for_each(|value| list.append(to_python(py, value)?))?;
            list.into_any()
        }
        Value::Object(fields) => object(py, fields)?.into_any(),
    })
}

fn object<'py>(py: Python<'py>, fields: &Map<String, Value>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    fields.iter().try_for_each(|(name, value)| dict.set_item(name, to_python(py, value)?))?;
    Ok(dict)
}

/// Anything with the fields that it has in files.
fn dict<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    to_python(py, &serde_json::to_value(value).map_err(|wrong| crate::error("row", wrong))?)
}

fn pairs(spans: &[ByteRange]) -> Vec<(usize, usize)> {
    spans.iter().map(|span| (span.start, span.end)).collect()
}

/// One aligned bead.
#[pyclass(frozen, module = "bitext")]
pub struct Row(pub export::Row);

#[pymethods]
impl Row {
    /// The row that a line of JSON is.
    #[staticmethod]
    fn from_json(line: &str) -> PyResult<Self> {
        serde_json::from_str(line).map(Self).map_err(|wrong| crate::error("row", wrong))
    }

    /// The line that `bitext align` writes for it, without the line's end.
    fn to_json(&self) -> String {
        serde_json::to_string(&self.0).expect("a row is plain data")
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        dict(py, &self.0)
    }

    fn __repr__(&self) -> String {
        let confidence = self.0.confidence.map(|confidence| format!(", confidence={confidence}")).unwrap_or_default();
        format!("Row({:?}, {}{confidence})", self.0.id, self.0.kind)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json(),)))
    }

    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }
    #[getter]
    fn doc(&self) -> &str {
        &self.0.doc
    }
    #[getter]
    fn n(&self) -> usize {
        self.0.n
    }
    #[getter]
    fn kind(&self) -> &str {
        &self.0.kind
    }
    #[getter]
    fn section<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        dict(py, &self.0.section)
    }
    #[getter]
    fn source_lang(&self) -> &str {
        &self.0.source_lang
    }
    #[getter]
    fn target_lang(&self) -> &str {
        &self.0.target_lang
    }
    #[getter]
    fn source(&self) -> Vec<&str> {
        self.0.source.iter().map(String::as_str).collect()
    }
    #[getter]
    fn target(&self) -> Vec<&str> {
        self.0.target.iter().map(String::as_str).collect()
    }
    #[getter]
    fn source_spans(&self) -> Vec<(usize, usize)> {
        pairs(&self.0.source_spans)
    }
    #[getter]
    fn target_spans(&self) -> Vec<(usize, usize)> {
        pairs(&self.0.target_spans)
    }
    #[getter]
    fn source_paragraph(&self) -> Option<u32> {
        self.0.source_paragraph
    }
    #[getter]
    fn target_paragraph(&self) -> Option<u32> {
        self.0.target_paragraph
    }
    #[getter]
    fn source_index(&self) -> Option<Vec<u32>> {
        self.0.source_index.clone()
    }
    #[getter]
    fn target_index(&self) -> Option<Vec<u32>> {
        self.0.target_index.clone()
    }
    #[getter]
    fn confidence(&self) -> Option<f64> {
        self.0.confidence
    }
    #[getter]
    fn cost(&self) -> Option<i64> {
        self.0.cost
    }
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        object(py, &self.0.parts)
    }
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status.name()
    }
    #[getter]
    fn flags(&self) -> Vec<&str> {
        self.0.flags.iter().map(String::as_str).collect()
    }
    #[getter]
    fn meta<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        object(py, &self.0.meta)
    }
    #[getter]
    fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        object(py, &self.0.extra)
    }
}

macro_rules! simple {
    ($(#[$doc:meta])* $name:ident($inner:ty) { $($field:ident: $type:ty = $value:expr;)* }) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "bitext")]
        pub struct $name(pub $inner);

        #[pymethods]
        impl $name {
            fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                dict(py, &self.0)
            }

            fn __repr__(&self) -> String {
                format!("{}({})", stringify!($name), serde_json::to_string(&self.0).unwrap_or_default())
            }

            $(#[getter]
            fn $field(&self) -> $type {
                let own: &$inner = &self.0;
                #[allow(clippy::redundant_closure_call)]
                ($value)(own)
            })*
        }
    };
}

simple! {
    /// A document that was set aside.
    Reject(archive::Reject) {
        path: String = |own: &archive::Reject| own.path.clone();
        place: String = |own: &archive::Reject| own.place.clone();
        reason: String = |own: &archive::Reject| own.reason.to_string();
        message: String = |own: &archive::Reject| own.message.clone();
    }
}

simple! {
    /// A lock or anchor that could not be kept.
    Lost(engine::Lost) {
        path: String = |own: &engine::Lost| own.path.clone();
        reason: &'static str = |own: &engine::Lost| own.reason;
        locked: (Vec<String>, Vec<String>) = |own: &engine::Lost| (own.locked.source.clone(), own.locked.target.clone());
        found: (Option<String>, Option<String>) = |own: &engine::Lost| (own.found.source.clone(), own.found.target.clone());
        place: String = |own: &engine::Lost| own.place.clone();
        message: String = |own: &engine::Lost| own.message.clone();
    }
}

simple! {
    /// Where a translation departs from its original.
    Finding(fidelity::Finding) {
        pair: String = |own: &fidelity::Finding| own.pair.clone();
        doc: String = |own: &fidelity::Finding| own.doc.clone();
        r#type: &'static str = |own: &fidelity::Finding| own.kind.name();
        rule: String = |own: &fidelity::Finding| own.rule.to_string();
        probability: f64 = |own: &fidelity::Finding| own.probability;
        severity: &'static str = |own: &fidelity::Finding| own.severity.name();
        mqm: String = |own: &fidelity::Finding| own.mqm.to_string();
        its: String = |own: &fidelity::Finding| own.its.to_string();
        source_spans: Vec<(usize, usize)> = |own: &fidelity::Finding| pairs(&own.source_spans);
        target_spans: Vec<(usize, usize)> = |own: &fidelity::Finding| pairs(&own.target_spans);
        source_words: Vec<String> = |own: &fidelity::Finding| own.source_words.clone();
        target_words: Vec<String> = |own: &fidelity::Finding| own.target_words.clone();
        message: String = |own: &fidelity::Finding| own.message.clone();
    }
}

/// A sentence, where it stands in the text (in characters, as Python slices), and the rule that decided its end.
#[pyclass(frozen, get_all, module = "bitext")]
pub struct Sentence {
    pub text: String,
    pub start: usize,
    pub end: usize,
    pub rule: String,
}

#[pymethods]
impl Sentence {
    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("Sentence({:?}, {}, {}, {:?})", self.text, self.start, self.end, self.rule)
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("text", &self.text)?;
        dict.set_item("start", self.start)?;
        dict.set_item("end", self.end)?;
        dict.set_item("rule", &self.rule)?;
        Ok(dict)
    }
}
