//! Where on the one axis of a timeline a moment stands.
//!
//! A clock that a test moves by a month would press all that happened into one line; so a stretch in which nothing happens, and
//! beside which all else would vanish, is cut short, and the cut is told.

/// A stretch is cut short when it is so many times as long as everything else together.
const CUT_TIMES: f64 = 8.0;

/// The most cuts: each needs its room.
const CUTS_MAX: usize = 6;

/// How wide a cut is drawn.
const CUT_WIDTH: f64 = 26.0;

/// How far apart the labels stand at least.
const LABEL_WIDTH: f64 = 72.0;

/// Distances between labels, in milliseconds, that people count in.
const STEPS_MS: &[i64] = &[
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    21_600_000,
    43_200_000,
    86_400_000,
    604_800_000,
    2_592_000_000,
    31_536_000_000,
];

/// An axis.
#[derive(Debug, PartialEq)]
pub(super) struct Axis {
    from_ms: i64,
    stretches: Vec<Stretch>,
}

/// A part of it with a scale of its own.
#[derive(Debug, PartialEq)]
struct Stretch {
    from_ms: i64,
    to_ms: i64,
    from_x: f64,
    to_x: f64,
    is_cut: bool,
}

impl Axis {
    /// An axis of a width, for things that happen at these moments.
    pub fn new(moments_ms: impl IntoIterator<Item = i64>, width: f64) -> Self {
        let mut moments: Vec<i64> = moments_ms.into_iter().collect();
        moments.sort_unstable();
        moments.dedup();
        let from_ms = moments.first().copied().unwrap_or_default();
        // One moment alone stands at the left of a second.
        let to_ms = moments.last().copied().unwrap_or_default().max(from_ms.saturating_add(1_000));
        let cuts = cuts(&moments, to_ms);
        let cut_ms: f64 = cuts.iter().map(|(from, to)| length(*from, *to)).sum();
        let cut_width = CUT_WIDTH * f64::from(u16::try_from(cuts.len()).unwrap_or_default());
        let scale = (width - cut_width) / (length(from_ms, to_ms) - cut_ms).max(1.0);
        let (mut stretches, mut at_ms, mut x) = (Vec::new(), from_ms, 0.0);
        let mut add = |from_ms, to_ms, width: f64, is_cut| {
            stretches.push(Stretch { from_ms, to_ms, from_x: x, to_x: x + width, is_cut });
            x += width;
        };
        for (from, to) in cuts {
            add(at_ms, from, length(at_ms, from) * scale, false);
            add(from, to, CUT_WIDTH, true);
            at_ms = to;
        }
        add(at_ms, to_ms, length(at_ms, to_ms) * scale, false);
        Self { from_ms, stretches }
    }

    /// Where a moment stands; what is outside stands at the end.
    pub fn x(&self, at_ms: i64) -> f64 {
        let stretch = self.stretches.iter().find(|stretch| at_ms <= stretch.to_ms).or(self.stretches.last());
        stretch.map_or(0.0, |stretch| {
            let whole = length(stretch.from_ms, stretch.to_ms).max(1.0);
            let part = (length(stretch.from_ms, at_ms) / whole).clamp(0.0, 1.0);
            stretch.from_x + part * (stretch.to_x - stretch.from_x)
        })
    }

    /// How long after its beginning a moment is, in words.
    pub fn since(&self, at_ms: i64) -> String {
        in_words(at_ms.saturating_sub(self.from_ms))
    }

    /// Where labels stand, and how long after the beginning that is.
    pub fn labels(&self) -> Vec<(f64, String)> {
        let whole = self.stretches.iter().filter(|stretch| !stretch.is_cut);
        let (ms, width) = whole.fold((0.0, 0.0), |(ms, width), stretch| {
            (ms + length(stretch.from_ms, stretch.to_ms), width + stretch.to_x - stretch.from_x)
        });
        let least_ms = ms / width * LABEL_WIDTH;
        let step = STEPS_MS.iter().copied().find(|step| length(0, *step) >= least_ms);
        let step = step.unwrap_or(least_ms as i64).max(1);
        let mut labels: Vec<(f64, String)> = Vec::new();
        for stretch in self.stretches.iter().filter(|stretch| !stretch.is_cut) {
            let first = stretch.from_ms.saturating_sub(self.from_ms);
            let last = stretch.to_ms.saturating_sub(self.from_ms);
            let mut at = first.div_euclid(step).saturating_mul(step);
            at = if at < first { at.saturating_add(step) } else { at };
            while at <= last {
                let x = self.x(self.from_ms.saturating_add(at));
                if labels.last().is_none_or(|(before, _)| x - before >= LABEL_WIDTH * 0.9) {
                    labels.push((x, in_words(at)));
                }
                let Some(next) = at.checked_add(step) else { break };
                at = next;
            }
        }
        labels
    }

    /// Where stretches were cut short: from, to, and how long they are.
    pub fn cuts(&self) -> impl Iterator<Item = (f64, f64, String)> {
        let cut = self.stretches.iter().filter(|stretch| stretch.is_cut);
        cut.map(|cut| (cut.from_x, cut.to_x, in_words(cut.to_ms.saturating_sub(cut.from_ms))))
    }
}

/// The stretches to cut short, in order.
fn cuts(moments: &[i64], to_ms: i64) -> Vec<(i64, i64)> {
    let Some(first) = moments.first() else { return Vec::new() };
    let mut gaps: Vec<(i64, i64)> = moments.windows(2).map(|two| (two[0], two[1])).collect();
    // The longest last.
    gaps.sort_by(|one, other| length(one.0, one.1).total_cmp(&length(other.0, other.1)));
    let mut rest_ms = length(*first, to_ms);
    let mut cuts = Vec::new();
    // With one gap alone there is nothing that it would hide.
    while let Some((from, to)) = gaps.pop().filter(|_| !gaps.is_empty() || !cuts.is_empty()) {
        let gap_ms = length(from, to);
        let others_ms = rest_ms - gap_ms;
        if cuts.len() == CUTS_MAX || gap_ms < CUT_TIMES * others_ms.max(1.0) {
            break;
        }
        rest_ms = others_ms;
        cuts.push((from, to));
    }
    cuts.sort_unstable();
    cuts
}

/// How long it is from one moment to another, in milliseconds.
fn length(from_ms: i64, to_ms: i64) -> f64 {
    to_ms.saturating_sub(from_ms) as f64
}

/// A length of time as people say it: `250 ms`, `12.5 s`, `2:30 min`, `1:02:03 h`, `30 d 1:00:00 h`.
pub(super) fn in_words(ms: i64) -> String {
    let ms = ms.max(0);
    let (s, rest_ms) = (ms / 1_000, ms % 1_000);
    match s {
        0 if ms > 0 => format!("{ms} ms"),
        0..60 if rest_ms == 0 => format!("{s} s"),
        0..60 => format!("{s}.{} s", format!("{rest_ms:03}").trim_end_matches('0')),
        60..3_600 => format!("{}:{:02} min", s / 60, s % 60),
        3_600..86_400 => format!("{}:{:02}:{:02} h", s / 3_600, s / 60 % 60, s % 60),
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s => format!("{} d {}:{:02}:{:02} h", s / 86_400, s / 3_600 % 24, s / 60 % 60, s % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_stand_in_order_and_within() {
        for moments in
            [&[][..], &[5], &[0, 1, 2], &[0, 900, 1_000], &[0, 10, i64::MAX], &[i64::MIN, 0, 1, i64::MAX]]
        {
            let axis = Axis::new(moments.iter().copied(), 800.0);
            let places: Vec<f64> = moments.iter().map(|moment| axis.x(*moment)).collect();
            assert!(places.iter().all(|x| (0.0..=800.0 + 1e-6).contains(x)), "{moments:?}: {places:?}");
            assert!(places.is_sorted(), "{moments:?}: {places:?}");
            assert!(axis.labels().len() <= 13, "{moments:?}");
        }
    }

    #[test]
    fn a_leap_of_the_clock_is_cut_short() {
        let day_ms = 86_400_000;
        let moments = [0, 100, 200, 30 * day_ms, 30 * day_ms + 300];
        let axis = Axis::new(moments, 800.0);
        let cuts: Vec<String> = axis.cuts().map(|(_, _, long)| long).collect();
        assert_eq!(cuts, ["29 d 23:59:59 h"]);
        assert!(axis.x(200) > 200.0, "{}", axis.x(200));
        assert_eq!(Axis::new([0, 100, 200], 800.0).cuts().count(), 0);
        assert_eq!(Axis::new([0, 60_000], 800.0).cuts().count(), 0, "what is alone hides nothing");
    }

    #[test]
    fn lengths_are_said_as_people_say_them() {
        for (ms, words) in [
            (0, "0 s"),
            (250, "250 ms"),
            (12_500, "12.5 s"),
            (60_000, "1:00 min"),
            (3_723_000, "1:02:03 h"),
            (86_400_000, "1 d"),
            (90_000_000, "1 d 1:00:00 h"),
        ] {
            assert_eq!(in_words(ms), words);
        }
    }
}
