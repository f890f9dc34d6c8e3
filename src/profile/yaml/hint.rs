//! What to do about the complaints of the YAML parser.

/// What to do about a complaint of the parser, where its usual cause is known.
pub(super) fn hint(info: &str) -> Option<&'static str> {
    let hints = [
        ("tab", "indent with spaces"),
        (
            "mapping values are not allowed",
            "indent the key like its neighbours, or put text with `: ` in it in quotes",
        ),
        (
            "unknown anchor",
            "put the anchor `&name` before its first `*name`, or text that begins with `*` in quotes",
        ),
        ("quoted scalar", "close the quotes, and indent each line of the text deeper than its key"),
        ("did not find expected key", "indent the keys of a map alike"),
        ("did not find expected '-'", "indent the items of a list alike"),
        ("flow", "close the bracket"),
    ];
    hints.iter().find(|(word, _)| info.contains(word)).map(|(_, help)| *help)
}
