//! The codes of diagnostics and what they mean at length.

/// Every code with its title and the long text that `explain CODE` prints: (code, title, explanation).
///
/// A code keeps its meaning for ever; one that is no longer raised is not given to another mistake.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "P001",
        "the file is not YAML",
        "The text does not follow the grammar of YAML 1.2 (of which JSON is a part), so nothing in it could be read. \
         The usual causes: a tab in the indentation, a key that is not indented like its neighbours, a bracket or \
         quote that is never closed, and text with `: ` or ` #` in it, or beginning with one of `@`, `` ` ``, `*`, \
         `&`, `%`, `{` or `[`, that is not in quotes.",
    ),
    (
        "P002",
        "a key is there twice",
        "A map holds each key once. Where a key is written twice, one of the two values would silently win, so the \
         file is refused. Remove one, or merge the two values by hand.",
    ),
    (
        "P003",
        "the file is too large",
        "A file may hold a bounded number of values, a bounded amount of text and a bounded depth of nesting. What an \
         alias (`*name`) repeats counts each time. The bounds are far above what a written file needs; a file that \
         hits them was probably generated, or its aliases multiply each other.",
    ),
    (
        "P004",
        "unknown key",
        "The map may only hold the keys that the language knows at this point; a key that nobody reads would look as \
         if it did something. Check the spelling, and whether the key belongs to another block.",
    ),
    (
        "P005",
        "the wrong kind of value",
        "The key wants another kind of value: text, a number, true or false, a list or a map. Remember that YAML reads \
         `1.10` and `2024` as numbers and `true` as true; put them in quotes to get text. Only `true` and `false` are \
         truth values: `yes`, `no`, `on` and `off` are text.",
    ),
    (
        "P006",
        "a required key is missing",
        "The block cannot be understood without this key. A key whose value is `null` counts as missing: that is how \
         a file that extends another takes a key away.",
    ),
    (
        "P007",
        "not one of the words",
        "The key takes one of a few words, and this is none of them. The words, with their meanings, are in the \
         reference and in the JSON Schema.",
    ),
    (
        "P008",
        "the value does not have the right form",
        "The value is of the right kind, but outside its range or not written as wanted: a number that is too small or \
         too large, a duration without a unit, a name with a space, a path that does not follow its grammar.",
    ),
    (
        "P009",
        "a part of YAML that is not used here",
        "Files are plain data: maps with text as keys, lists, text, numbers, truth values and nulls. Tags such as \
         `!name` or `!!str`, keys that are lists or maps, and several documents in one file are refused. Anchors \
         (`&name`), aliases (`*name`) and merge keys (`<<: *name`) may be used.",
    ),
    (
        "P020",
        "no such name",
        "A name must be declared before it is used: a credential, record, shape, field, scope, plan, prerequisite, \
         source, fact or operation that a file mentions has to stand under its own heading in the same file, or in \
         the one that it extends. The same code answers a pick of a variant (`--set VENDOR.VARIANT=VALUE`) that the \
         profile does not have.",
    ),
    (
        "P021",
        "two answers for one call",
        "Every call has one answer. Two operations with the same method and path, or two apis with the same base, \
         would leave it to chance which of them answers, so the file is refused.",
    ),
    (
        "P022",
        "no such setting",
        "A fact and a variant name settings by their dotted path from the top of the file, such as \
         `apis.rest.paging.max`: keys of the language, and between them the names that this file chose. This path \
         leads to nothing. A setting that the file leaves open may be named, a part that the file does not declare \
         may not.",
    ),
    (
        "P023",
        "a documented fact names no source",
        "`documented` says that a document says it. Name the document under `source`, or mark the fact `assumed` and \
         say with `assumed` what was chosen.",
    ),
    (
        "P024",
        "nothing shows the fact",
        "A fact names under `fixes` the settings that it decides, so that a call can be explained by the facts behind \
         it; a fact that fixes nothing explains nothing. A fact that `varies` has a variant with its values, or \
         another file that shows another value (`shown_by`).",
    ),
    (
        "P025",
        "a variant has nothing to choose from",
        "A variant is a choice. It needs two values at least, or one and `accepts`, which says what else may be \
         picked.",
    ),
    (
        "P026",
        "the value does not suit its attribute",
        "An attribute has a type, from its SCIM schema or from `type` under the record's `fields`. A default and the \
         values that `words` stand for have to be of that type.",
    ),
    (
        "P027",
        "no such slot",
        "`${…}` in a template takes one of a few slots, which depend on where the template stands: a reply, an error \
         body, a message, a made-up record. The reference lists them at each key. A `${` without `}` is refused too.",
    ),
    (
        "P028",
        "it belongs to another kind",
        "Some keys have a meaning for one kind of thing only: shapes and operations for REST, resources for SCIM, a \
         token endpoint for OAuth, a header for an API key. Where they could not do anything they are refused, since \
         they look as if they did.",
    ),
    (
        "P029",
        "no such attribute",
        "Every value lives in an attribute of the record: one of its schemas', or one that the record's `fields` adds \
         with a `type`. Paths are written as the schema writes them, case included, and attributes of an extension \
         carry its URN: `urn:…:User:department`. With `keeps`, what is not listed is not there.",
    ),
    (
        "P030",
        "two vendors have one host",
        "A call is for the vendor whose host it names, so no two vendors can share one. A file that extends another \
         has its hosts too, unless it says otherwise: write `hosts: []`, or its own.",
    ),
    (
        "P031",
        "it extends nothing",
        "`extends` names another profile that is read in the same run, by its vendor or its file name: one of the \
         built-in ones, or a file of the same folder. A chain of files that extend each other has to end.",
    ),
    (
        "P032",
        "a step does one thing",
        "Each step of an action has exactly one key, so that the steps have an order. Write one step for each.",
    ),
    (
        "P033",
        "something is missing that belongs with it",
        "Some settings mean something only together: an api key and the header or parameter that holds it, paging and \
         the names of its parameters, a list of values and the setting that takes them, a client and the endpoint \
         that gives it tokens, a record's required attribute and a field of the shape that creates it.",
    ),
    (
        "P034",
        "the path does not suit the operation",
        "An operation on one record (`fetch`, `update`, `delete`) finds it by `{id}` in its path; a `list` and a \
         `create` have no record yet, so no `{id}`.",
    ),
    (
        "P035",
        "two settings contradict each other",
        "Each value is right by itself, and they cannot both hold: a default page larger than the largest, a least \
         above the most, a group made of the schema of users.",
    ),
    (
        "P036",
        "declared and not used",
        "A name is declared and nothing in the file uses it, nor any value of a variant. It may be left over, or the \
         place that was to use it names something else. The file is used all the same.",
    ),
    (
        "P037",
        "a setting has no effect",
        "The setting means something only beside another one that is not there, so it does nothing: `late_change` of \
         an attribute that is not immutable, `filters` of an operation that is no list. The file is used all the \
         same.",
    ),
    (
        "P038",
        "it is there twice",
        "A list holds each entry once, a value has one word, and a setting is changed by one variant: otherwise one \
         of the two would silently win.",
    ),
    (
        "P039",
        "a variant overrides what the file says",
        "The first value of a variant is in force from the start. Where the file itself says something else for the \
         same setting, that is never true, and a reader of the file would believe it. A file that extends another \
         meets this when it changes a setting for which the other has a variant: change the variant's values instead.",
    ),
    (
        "C001",
        "a chaos rule names what there is not",
        "A rule says to which calls it is about by the names of the vendors that are served, and of their apis, operations \
         and credentials: `standin explain VENDOR` lists them. Ready-made rules are taken by their name, too. A rule with \
         a name that there is not could never strike.",
    ),
    (
        "C002",
        "a chaos rule does nothing",
        "A rule has to say what happens to a call: `delay`, `respond`, `ending`, `visibility`, `page_items_max` or \
         `token`. Where ready-made rules are taken with `use`, a part that stands beside it takes the place of one that \
         they have, so one that they do not have would do nothing.",
    ),
    (
        "C003",
        "a part of a chaos rule has no effect",
        "The key means something only beside another one that is not there: `commit` beside another reply or a bad end, \
         `retry_after` beside the vendor's own error, headers beside a status, a fault or a body.",
    ),
    (
        "C004",
        "a chaos rule contradicts itself",
        "Each value is right by itself, and together they leave nothing: counts of which no call is left, a list of nothing, \
         an end before its beginning, a body for a status that has none.",
    ),
    (
        "C005",
        "two chaos rules have one name",
        "A rule's draws are made of its name, and it is taken out of force by it, so each needs its own. Ready-made rules \
         that are taken twice need a `name` beside `use`.",
    ),
    (
        "C006",
        "a chaos rule is beyond a bound",
        "Everything is bounded: how many rules a sandbox has, how long a name is, how late a reply comes, how long a call hangs, how late what \
         is written shows.",
    ),
    (
        "C007",
        "one of several is wanted",
        "A delay has one distribution, and a reply ends in one way: write one of the keys, and make the other a rule of \
         its own if both are meant.",
    ),
    (
        "S001",
        "a scenario names what there is not",
        "A scenario names vendors, what they have (credentials, actions, limits, settings, types of records), organizations \
         and chaos rules. `standin explain VENDOR` lists what a vendor has. With `vendors` the scenario is about those alone, \
         with `organizations` in its setup there are no others, and a rule that is lifted has to come into force somewhere.",
    ),
    (
        "S002",
        "a scenario leaves something open",
        "A step says when it is due (`at` or `after`) and what happens then; a limit, a clock or an expectation that is \
         mentioned says what it should be. What says nothing would look as if it did something.",
    ),
    (
        "S003",
        "a scenario says something in two ways",
        "A step is due once, credentials end in one way, a count is exact or has one bound, and the rules of conduct are \
         judged once, at the end.",
    ),
    (
        "S004",
        "a chaos rule is lifted before it comes into force",
        "Steps are done in the order of their times and counts; within a step rules are lifted before others come into \
         force. So this step would lift nothing.",
    ),
    (
        "S005",
        "two checkpoints have one name",
        "The report tells checkpoints apart by their names, so each needs one of its own; the same moment twice is one \
         checkpoint.",
    ),
    (
        "S006",
        "a scenario is beyond a bound",
        "Everything is bounded: how many steps a scenario has, how late they are due, where a clock may go.",
    ),
    (
        "S007",
        "a value that cannot be set",
        "A plan, a variant, a prerequisite and the limits each take a few values, and an action takes the answers to what \
         it asks.",
    ),
];
