//! Reads filters and PATCH paths: recursive descent over the text, with one allocation per name, string and list.

use serde_json::Number;

use super::{FILTER_BYTES_MAX, FILTER_DEPTH_MAX, Filter, Literal, Operator};
use crate::scim::path::{AttrPath, PatchPath, SyntaxError, check_name};

const VALUE_EXPECTED: &str =
    "expected a value: a string in double quotes, a number, `true`, `false` or `null`";

/// Reads a whole filter.
pub(in crate::scim) fn filter(text: &str) -> Result<Filter, SyntaxError> {
    let mut parser = Parser::new(text)?;
    let filter = parser.alternatives()?;
    parser.skip_spaces();
    match parser.peek() {
        None => Ok(filter),
        Some(_) => parser.fail("expected `and`, `or` or the end of the filter"),
    }
}

/// Reads the path of a PATCH operation (RFC 7644 figure 7).
pub(in crate::scim) fn patch_path(text: &str) -> Result<PatchPath, SyntaxError> {
    let mut parser = Parser::new(text)?;
    parser.patch_path().map_err(|error| SyntaxError { in_brackets: parser.in_brackets, ..error })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// How many parentheses and brackets are open.
    depth: usize,
    in_brackets: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Parser<'t>, SyntaxError> {
        if text.len() > FILTER_BYTES_MAX {
            let message =
                format!("a filter has at most {FILTER_BYTES_MAX} bytes, this one has {}", text.len());
            return Err(SyntaxError::new(FILTER_BYTES_MAX, message));
        }
        Ok(Parser { text, at: 0, depth: 0, in_brackets: false })
    }

    fn patch_path(&mut self) -> Result<PatchPath, SyntaxError> {
        let mut attr = self.path()?;
        if self.peek() != Some(b'[') {
            return match self.peek() {
                None => Ok(PatchPath { attr, filter: None }),
                Some(_) => self.fail("expected `[` or the end of the path"),
            };
        }
        let filter = self.brackets(&attr)?;
        if self.take(b'.') {
            attr.sub = Some(self.sub_name()?);
        }
        match self.peek() {
            None => Ok(PatchPath { attr, filter: Some(filter) }),
            Some(_) => self.fail("expected `.` and a sub-attribute, or the end of the path"),
        }
    }

    /// `FILTER or FILTER or …`
    fn alternatives(&mut self) -> Result<Filter, SyntaxError> {
        let first = self.conjunction()?;
        if !self.keyword("or") {
            return Ok(first);
        }
        let mut parts = vec![first, self.conjunction()?];
        while self.keyword("or") {
            parts.push(self.conjunction()?);
        }
        Ok(Filter::Or(parts))
    }

    /// `FILTER and FILTER and …`
    fn conjunction(&mut self) -> Result<Filter, SyntaxError> {
        let first = self.term()?;
        if !self.keyword("and") {
            return Ok(first);
        }
        let mut parts = vec![first, self.term()?];
        while self.keyword("and") {
            parts.push(self.term()?);
        }
        Ok(Filter::And(parts))
    }

    /// A group, a negated group, or an expression on an attribute.
    fn term(&mut self) -> Result<Filter, SyntaxError> {
        self.skip_spaces();
        if self.peek() == Some(b'(') {
            return self.parentheses();
        }
        let start = self.at;
        match self.word() {
            "" => self.fail("expected an attribute name, `not` or `(`"),
            word if word.eq_ignore_ascii_case("not") => {
                self.skip_spaces();
                match self.peek() {
                    Some(b'(') => Ok(Filter::Not(Box::new(self.parentheses()?))),
                    Some(_) | None => self.fail("expected `(` after `not`"),
                }
            }
            _ => {
                self.at = start;
                self.expression()
            }
        }
    }

    fn parentheses(&mut self) -> Result<Filter, SyntaxError> {
        self.open()?;
        let filter = self.alternatives()?;
        self.close(b')', "expected `and`, `or` or `)`")?;
        Ok(filter)
    }

    fn expression(&mut self) -> Result<Filter, SyntaxError> {
        let start = self.at;
        let path = self.path()?;
        if self.in_brackets && (path.urn.is_some() || path.sub.is_some()) {
            let message = "inside brackets a sub-attribute stands alone, such as `type`";
            return Err(SyntaxError::new(start, message));
        }
        if self.peek() != Some(b'[') {
            return self.comparison(path);
        }
        let filter = self.brackets(&path)?;
        if !self.take(b'.') {
            return Ok(Filter::ValuePath { path, filter: Box::new(filter) });
        }
        // `emails[type eq "work"].value eq "x"`: not in figure 1, but sent; one element must fulfil both.
        let sub = AttrPath { urn: None, name: self.sub_name()?, sub: None };
        let compared = self.comparison(sub)?;
        let both = match filter {
            Filter::And(mut parts) => {
                parts.push(compared);
                Filter::And(parts)
            }
            other => Filter::And(vec![other, compared]),
        };
        Ok(Filter::ValuePath { path, filter: Box::new(both) })
    }

    /// `[valFilter]`, right behind the path of its attribute.
    fn brackets(&mut self, path: &AttrPath) -> Result<Filter, SyntaxError> {
        if self.in_brackets {
            return self.fail("a filter in brackets cannot hold another one in brackets");
        }
        if path.sub.is_some() {
            return self.fail("only an attribute can have a filter, not a sub-attribute");
        }
        self.open()?;
        self.in_brackets = true;
        let filter = self.alternatives()?;
        self.close(b']', "expected `and`, `or` or `]`")?;
        self.in_brackets = false;
        Ok(filter)
    }

    /// `pr`, or an operator and a value.
    fn comparison(&mut self, path: AttrPath) -> Result<Filter, SyntaxError> {
        self.skip_spaces();
        let start = self.at;
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(op) = Operator::parse(word) else {
            let message = match word {
                "" => "expected an operator such as `eq` or `pr`".to_string(),
                _ => format!(
                    "`{word}` is not an operator; there are eq, ne, co, sw, ew, gt, ge, lt, le and pr"
                ),
            };
            return Err(SyntaxError::new(start, message));
        };
        self.skip_spaces();
        Ok(Filter::Compare { path, op, value: self.literal()? })
    }

    /// A JSON literal (RFC 8259).
    fn literal(&mut self) -> Result<Literal, SyntaxError> {
        if self.peek() == Some(b'"') {
            return self.string().map(Literal::String);
        }
        let start = self.at;
        match self.word() {
            "true" => Ok(Literal::Bool(true)),
            "false" => Ok(Literal::Bool(false)),
            "null" => Ok(Literal::Null),
            word => match number(word) {
                Some(number) => Ok(Literal::Number(number)),
                None => Err(SyntaxError::new(start, VALUE_EXPECTED)),
            },
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut is_plain = true;
        let mut at = start + 1;
        let end = loop {
            match bytes.get(at) {
                None => return Err(SyntaxError::new(start, "this string has no closing `\"`")),
                Some(b'"') => break at,
                Some(b'\\') => {
                    is_plain = false;
                    at += 2;
                }
                Some(byte) => {
                    is_plain &= *byte >= 0x20;
                    at += 1;
                }
            }
        };
        self.at = end + 1;
        if is_plain {
            return Ok(self.text.get(start + 1..end).unwrap_or_default().to_string());
        }
        serde_json::from_str(self.text.get(start..=end).unwrap_or_default()).map_err(|_| {
            SyntaxError::new(start, "this string has a character or an escape that JSON does not allow")
        })
    }

    fn path(&mut self) -> Result<AttrPath, SyntaxError> {
        let start = self.at;
        AttrPath::parse(self.word())
            .map_err(|error| SyntaxError { position: start + error.position, ..error })
    }

    fn sub_name(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let name = self.word();
        check_name(name, start)?;
        Ok(name.to_string())
    }

    fn open(&mut self) -> Result<(), SyntaxError> {
        if self.depth == FILTER_DEPTH_MAX {
            return self.fail(format!("parentheses and brackets nest at most {FILTER_DEPTH_MAX} deep"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, bracket: u8, expected: &str) -> Result<(), SyntaxError> {
        self.skip_spaces();
        if !self.take(bracket) {
            return self.fail(expected);
        }
        self.depth -= 1;
        Ok(())
    }

    /// Takes this word if it comes next.
    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.skip_spaces();
        let is_next = self.word().eq_ignore_ascii_case(keyword);
        if !is_next {
            self.at = start;
        }
        is_next
    }

    /// Takes everything up to a space, a quote, a parenthesis or a bracket. Whole words are compared, so that an
    /// attribute called `never` is no `ne`.
    fn word(&mut self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends =
            |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'(' | b')' | b'[' | b']');
        let length = rest.as_bytes().iter().position(ends).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(self.at, message))
    }
}

/// A JSON number. `str::parse` gives the nearest float, where serde_json without `float_roundtrip` may be one off;
/// but it also takes forms that JSON does not have.
fn number(word: &str) -> Option<Number> {
    let digits = |text: &str| -> usize { text.bytes().take_while(u8::is_ascii_digit).count() };
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let whole = digits(unsigned);
    if whole == 0 || (whole > 1 && unsigned.starts_with('0')) {
        return None;
    }
    let mut rest = unsigned.get(whole..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        rest = fraction.get(length..).filter(|_| length > 0)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = digits(exponent);
        rest = exponent.get(length..).filter(|_| length > 0)?;
    }
    if !rest.is_empty() {
        return None;
    }
    if let Ok(number) = word.parse::<u64>() {
        return Some(number.into());
    }
    match word.parse::<i64>() {
        Ok(number) if number != 0 => Some(number.into()),
        Ok(_) | Err(_) => Number::from_f64(word.parse().ok()?),
    }
}
