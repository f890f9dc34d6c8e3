//! The rules of good conduct.

macro_rules! conducts {
    ($($variant:ident $word:literal $about:literal $advice:literal;)*) => {
        /// A rule of good conduct. `docs/report.md` defines each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Conduct {
            $(#[doc = $about] $variant,)*
        }

        impl Conduct {
            /// All of them, in the order of a report.
            pub const ALL: &'static [Conduct] = &[$(Self::$variant,)*];

            /// The word in reports and scenarios.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it asks of a client.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// What to do where it was not kept: one sentence.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)* }
            }
        }

        /// The words, each with what it asks.
        pub const WORDS: &[(&str, &str)] = &[$(($word, $about),)*];
    };
}

conducts! {
    WaitsAsTold "waits_as_told" "Waited as Retry-After said."
        "Read Retry-After, in seconds or as a date, and do not call again before.";
    BacksOff "backs_off" "Let the gaps between retries grow where no Retry-After was sent."
        "Without Retry-After, wait longer before each retry (exponential backoff with jitter).";
    BoundsRetries "bounds_retries" "Gave up repeating a call after a bounded number of times."
        "Give up after a handful of tries, and report the call as failed.";
    DropsDeadTokens "drops_dead_tokens" "Stopped using a token once it was told that it is dead."
        "On 401, fetch the current token (or ask for a new one) before the next call; do not repeat with the old one.";
    ReusesTokens "reuses_tokens" "Used an access token as long as it lives, and did not ask for one anew for each call."
        "Keep the access token until shortly before `expires_in` is over.";
    ReadsEveryPage "reads_every_page" "Read every page of a list to the end, each once."
        "Go on by what came (itemsPerPage, nextCursor, total), until the list says that it is over.";
    HeedsPageCaps "heeds_page_caps" "Did not take a page that was capped for the whole list."
        "Ask for pages within the cap, and count what came, not what was asked for.";
    SurvivesConflicts "survives_conflicts" "Took a 409 for what it is: the record is there; neither gave up nor doubled it."
        "On 409, look the record up and update it.";
    LooksBeforeRepeating "looks_before_repeating" "Looked whether a write took effect whose answer was lost, before repeating it."
        "After a lost answer, look the record up first; repeat the write only if it is not there.";
    ChecksMatches "checks_matches" "Took no record of an ignored filter for its match."
        "Compare the attribute that was filtered by before using a result; a filter may be ignored.";
    Deactivates "deactivates" "Deactivated users rather than deleting them where their history matters."
        "Set `active` to false; delete only when history may go.";
    KeepsSecretsOutOfUrls "keeps_secrets_out_of_urls" "Put no secret into a URL."
        "Send tokens in the Authorization header: URLs are logged.";
    EndsAsExpected "ends_as_expected" "Came to a good end, and left the vendor's records as they should be."
        "Look at how the work ended, and at what the vendor holds by then: what differs is what to mend.";
}

impl Conduct {
    /// The rule that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|conduct| conduct.as_str() == word)
    }
}
