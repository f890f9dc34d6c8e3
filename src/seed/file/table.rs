//! The rows of a CSV file (RFC 4180).

use csv::{ReaderBuilder, StringRecord};

use super::cell::{self, Cell, Complaint};
use super::sheet::Sheet;

/// Reads a table whose first row names the traits.
pub(super) fn read(text: &str, sheet: &mut Sheet<'_>) {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut columns: Option<Vec<Option<&'static str>>> = None;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            // The text is UTF-8, in memory, and rows may have any width: nothing is left that the reader refuses.
            Err(error) => return sheet.refuse(0, || Complaint::plain(error.to_string())),
        }
        let at = start(text, &record);
        match &columns {
            // A row of empty cells is how spreadsheets write no row.
            _ if record.iter().all(|cell| cell.trim().is_empty()) => {}
            None => match header(&record, at, sheet) {
                Some(found) => columns = Some(found),
                None => return,
            },
            Some(columns) => {
                if !row(&record, columns, at, sheet) {
                    return;
                }
            }
        }
    }
}

/// The trait of each column, `None` for one that was refused; nothing at all without a column `email`, as no row
/// could be told from another.
fn header(record: &StringRecord, at: usize, sheet: &mut Sheet<'_>) -> Option<Vec<Option<&'static str>>> {
    if let Some(cell) = record.get(0).filter(|cell| record.len() == 1 && cell.contains([';', '\t'])) {
        let message = format!("the columns are not separated by commas: {}", cell::quoted(cell));
        sheet.refuse(at, || Complaint::new(message, "save the file as comma-separated values"));
        return None;
    }
    let mut columns: Vec<Option<&'static str>> = Vec::with_capacity(record.len());
    for written in record {
        let mut column = cell::trait_named(written);
        match column {
            Some(name) if columns.contains(&column) => {
                sheet.refuse(at, || Complaint::plain(format!("two columns are `{name}`")));
                column = None;
            }
            Some(_) => {}
            None => sheet.refuse(at, || cell::unknown(written)),
        }
        columns.push(column);
    }
    if !columns.contains(&Some("email")) {
        sheet.refuse(at, || Complaint::new("no column is `email`", "the first row names the columns"));
        return None;
    }
    Some(columns)
}

/// Takes in one row; false when the rest need not be read.
fn row(record: &StringRecord, columns: &[Option<&'static str>], at: usize, sheet: &mut Sheet<'_>) -> bool {
    if record.len() != columns.len() {
        sheet.refuse(at, || {
            let message = format!("has {} cells where the header has {}", record.len(), columns.len());
            Complaint::new(message, "is a comma or a quotation mark missing or too many?")
        });
        return true;
    }
    let mut row = sheet.open(at);
    for (text, name) in record.iter().zip(columns) {
        if let Some(name) = name {
            sheet.set(&mut row, name, Cell::Text(text), at);
        }
    }
    sheet.close(row)
}

/// Where a record begins. The reader's own position is where it began to look: before blank lines, and before the
/// LF of the last CRLF.
fn start(text: &str, record: &StringRecord) -> usize {
    let from = record.position().map_or(0, |position| position.byte() as usize);
    let rest = text.get(from..).unwrap_or_default();
    from + rest.len() - rest.trim_start_matches(['\r', '\n']).len()
}
