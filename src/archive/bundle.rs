//! Month bundles: `const ARTICLES = [ {path, title, author, date, page_number, content}, … ];`, `content` being what stands
//! in an article file after its Page line. Each item becomes the article file that it stands for, so that both forms of an
//! article give the same rows with the same spans.

use super::{Body, Entry, Reason, Reject, stem};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    path: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    page_number: Option<Value>,
    content: String,
}

/// The articles in the script `text` of the bundle at `path`, in its order.
pub fn items(path: &Path, text: &str) -> Vec<Result<Entry, Reject>> {
    let Some(array) = array(text) else {
        let message = "no [ … ] list of articles in this script: only month bundles are read from .js files";
        return vec![Err(Reject::new(path, "", Reason::UnknownFormat, message))];
    };
    // Plain JSON is tried first: it is many times faster.
    let values: Vec<Value> = match serde_json::from_str(array).map_err(|_| ()).or_else(|()| json5::from_str(array)) {
        Ok(values) => values,
        Err(error) => {
            let message = format!("the list of articles cannot be read: {error}: mend the file, or write it again");
            return vec![Err(Reject::new(path, "", Reason::BadRecord, message))];
        }
    };
    values.into_iter().enumerate().map(|(index, value)| entry(path, index, value)).collect()
}

fn array(text: &str) -> Option<&str> {
    let start = text.find('[')?;
    let end = text.rfind(']')?;
    text.get(start..=end)
}

fn entry(path: &Path, index: usize, value: Value) -> Result<Entry, Reject> {
    let place = format!("item {}", index + 1);
    let item: Item = serde_json::from_value(value)
        .map_err(|error| Reject::new(path, place.clone(), Reason::BadRecord, format!("not an article: {error}")))?;
    let id = if item.path.is_empty() { format!("{}#{}", stem(path), index + 1) } else { stem(Path::new(&item.path)) };
    let text = article(&item);
    let bytes = text.len() as u64;
    Ok(Entry {
        id,
        path: path.display().to_string(),
        place,
        body: Body::Article(text),
        meta: Default::default(),
        warnings: Vec::new(),
        bytes,
    })
}

fn article(item: &Item) -> String {
    let author = item.author.as_deref().filter(|author| !author.is_empty()).map(|author| format!(" {author}"));
    let page = match &item.page_number {
        Some(Value::Number(page)) => format!("Page: {page}\n"),
        Some(Value::String(page)) if !page.is_empty() => format!("Page: {page}\n"),
        _ => String::new(),
    };
    format!(
        "Title: {}\nAuthor:{}\nDate: {}\n{page}{}\n",
        item.title,
        author.unwrap_or_default(),
        item.date.as_deref().unwrap_or_default(),
        item.content
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_script_spelling_are_both_read() {
        let json = r#"const ARTICLES = [{"path":"1957/a.md","title":"T","author":"","date":"1957-10-01","page_number":4,"content":"\n\nx\n"}];"#;
        let script = "const ARTICLES = [ {path:'1957/a.md', title:'T', author:null, date:'1957-10-01', page_number:'4', content:'\\n\\nx\\n',}, ];";
        let read = |text| items(Path::new("m.js"), text).remove(0).unwrap();
        assert_eq!(read(json).body, Body::Article("Title: T\nAuthor:\nDate: 1957-10-01\nPage: 4\n\n\nx\n\n".into()));
        assert_eq!(read(json), read(script));
    }

    #[test]
    fn an_item_without_content_is_set_aside_alone() {
        let read = items(Path::new("m.js"), r#"x = [{"title":"T"},{"content":"c"}]"#);
        assert_eq!(read[0].as_ref().unwrap_err().place, "item 1");
        assert!(read[1].is_ok());
    }
}
