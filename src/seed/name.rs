//! Given and family names by tongue, each with its spelling in plain letters for the left half of an e-mail address.
//!
//! Latin-script names are those of the `fake` crate, less the entries that are no names (a stray comma, a tab).
//! Its lists in other scripts come without a romanisation, and a 佐藤 whose address reads `brandon.smith` fools
//! nobody, so those tongues have short lists of our own with both spellings.
//!
//! **Invariant:** a name's plain spelling is non-empty and made of the letters a-z alone.

use std::sync::LazyLock;

use fake::locales::{DE_DE, Data, EN, FR_FR, IT_IT, NL_NL, PT_BR, TR_TR};

use super::chance;

/// One name.
#[derive(Debug)]
pub(super) struct Name {
    /// As its bearer writes it.
    pub(super) text: &'static str,
    /// In lower-case ASCII letters.
    pub(super) plain: Box<str>,
}

/// The names of one tongue.
#[derive(Debug)]
pub(super) struct Names {
    given: Vec<Name>,
    family: Vec<Name>,
    order: Order,
}

/// How given and family name make the full name.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// "Anna Schmidt"
    GivenFirst,
    /// "佐藤 健"
    FamilyFirst,
    /// "王建华"
    FamilyFirstUnspaced,
}

pub(super) static ENGLISH: LazyLock<Names> = LazyLock::new(latin::<EN>);
pub(super) static FRENCH: LazyLock<Names> = LazyLock::new(latin::<FR_FR>);
pub(super) static GERMAN: LazyLock<Names> = LazyLock::new(latin::<DE_DE>);
pub(super) static PORTUGUESE: LazyLock<Names> = LazyLock::new(latin::<PT_BR>);
pub(super) static ITALIAN: LazyLock<Names> = LazyLock::new(latin::<IT_IT>);
pub(super) static DUTCH: LazyLock<Names> = LazyLock::new(latin::<NL_NL>);
pub(super) static TURKISH: LazyLock<Names> = LazyLock::new(latin::<TR_TR>);
pub(super) static JAPANESE: LazyLock<Names> =
    LazyLock::new(|| romanised(JAPANESE_GIVEN, JAPANESE_FAMILY, Order::FamilyFirst));
pub(super) static CHINESE: LazyLock<Names> =
    LazyLock::new(|| romanised(CHINESE_GIVEN, CHINESE_FAMILY, Order::FamilyFirstUnspaced));
pub(super) static ARABIC: LazyLock<Names> =
    LazyLock::new(|| romanised(ARABIC_GIVEN, ARABIC_FAMILY, Order::GivenFirst));

/// What stands in for a name of an empty list, which no release of `fake` has had.
static NOBODY: LazyLock<Name> = LazyLock::new(|| Name { text: "Alex", plain: "alex".into() });

impl Names {
    /// The given name that a draw chooses.
    pub(super) fn given(&self, draw: u64) -> &Name {
        chance::pick(draw, &self.given).unwrap_or(&NOBODY)
    }

    /// The family name that a draw chooses.
    pub(super) fn family(&self, draw: u64) -> &Name {
        chance::pick(draw, &self.family).unwrap_or(&NOBODY)
    }

    /// The full name, in the order that the tongue is used to.
    pub(super) fn full(&self, given: &str, family: &str) -> String {
        match self.order {
            Order::GivenFirst => [given, " ", family].concat(),
            Order::FamilyFirst => [family, " ", given].concat(),
            Order::FamilyFirstUnspaced => [family, given].concat(),
        }
    }
}

fn latin<L: Data>() -> Names {
    let names = |table: &[&'static str]| table.iter().filter_map(|text| latin_name(text)).collect();
    Names { given: names(L::NAME_FIRST_NAME), family: names(L::NAME_LAST_NAME), order: Order::GivenFirst }
}

/// A table's entry as a name; `None` for one with anything but letters, spaces, hyphens and apostrophes, or with
/// two capitals at its head (`fake` has "FAnke").
fn latin_name(entry: &'static str) -> Option<Name> {
    let text = entry.trim();
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' ' | '-' | '\'' => {}
            _ => plain.push_str(plain_letter(letter)?),
        }
    }
    let capitals = text.chars().take_while(|letter| letter.is_uppercase()).count();
    (!plain.is_empty() && capitals < 2).then(|| Name { text, plain: plain.into() })
}

/// A Latin letter without its diacritics, in lower case; `None` for anything else.
fn plain_letter(letter: char) -> Option<&'static str> {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    if letter.is_ascii_alphabetic() {
        let at = usize::from((letter as u8).to_ascii_lowercase() - b'a');
        return ALPHABET.get(at..=at);
    }
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => "a",
        'æ' | 'Æ' => "ae",
        'ç' | 'ć' | 'č' | 'Ç' | 'Ć' | 'Č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'È' | 'É' | 'Ê' | 'Ë' => "e",
        'ğ' | 'Ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ı' | 'Ì' | 'Í' | 'Î' | 'Ï' | 'İ' => "i",
        'ł' | 'Ł' => "l",
        'ñ' | 'ń' | 'Ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => "o",
        'œ' | 'Œ' => "oe",
        'š' | 'ś' | 'ş' | 'Š' | 'Ś' | 'Ş' => "s",
        'ß' => "ss",
        'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ž' | 'ź' | 'ż' | 'Ž' | 'Ź' | 'Ż' => "z",
        _ => return None,
    })
}

fn romanised(given: &[(&'static str, &str)], family: &[(&'static str, &str)], order: Order) -> Names {
    let names = |table: &[(&'static str, &str)]| {
        table.iter().map(|&(text, plain)| Name { text, plain: plain.into() }).collect()
    };
    Names { given: names(given), family: names(family), order }
}

#[rustfmt::skip]
const JAPANESE_GIVEN: &[(&str, &str)] = &[
    ("あかり", "akari"), ("いろは", "iroha"), ("さくら", "sakura"), ("すず", "suzu"), ("すみれ", "sumire"),
    ("はな", "hana"), ("ひかり", "hikari"), ("ひまり", "himari"), ("健", "ken"), ("健人", "kento"),
    ("光", "hikaru"), ("匠", "takumi"), ("咲", "saki"), ("圭", "kei"), ("大和", "yamato"),
    ("大智", "daichi"), ("律", "ritsu"), ("悠人", "yuto"), ("愛", "ai"), ("新", "arata"),
    ("結衣", "yui"), ("翔太", "shota"), ("直樹", "naoki"), ("美咲", "misaki"), ("恵子", "keiko"),
    ("裕子", "yuko"), ("一郎", "ichiro"), ("花子", "hanako"), ("誠", "makoto"), ("学", "manabu"),
    ("真理", "mari"), ("智子", "tomoko"), ("千晴", "chiharu"), ("七海", "nanami"), ("陸", "riku"),
];

#[rustfmt::skip]
const JAPANESE_FAMILY: &[(&str, &str)] = &[
    ("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"), ("伊藤", "ito"),
    ("渡辺", "watanabe"), ("山本", "yamamoto"), ("中村", "nakamura"), ("小林", "kobayashi"), ("加藤", "kato"),
    ("吉田", "yoshida"), ("山田", "yamada"), ("佐々木", "sasaki"), ("山口", "yamaguchi"), ("松本", "matsumoto"),
    ("井上", "inoue"), ("木村", "kimura"), ("林", "hayashi"), ("斎藤", "saito"), ("清水", "shimizu"),
    ("山崎", "yamazaki"), ("森", "mori"), ("池田", "ikeda"), ("橋本", "hashimoto"), ("石川", "ishikawa"),
    ("前田", "maeda"), ("藤田", "fujita"), ("後藤", "goto"), ("小川", "ogawa"), ("岡田", "okada"),
    ("村上", "murakami"), ("長谷川", "hasegawa"), ("近藤", "kondo"), ("石井", "ishii"), ("坂本", "sakamoto"),
    ("遠藤", "endo"), ("藤井", "fujii"), ("青木", "aoki"), ("福田", "fukuda"), ("三浦", "miura"),
];

#[rustfmt::skip]
const CHINESE_GIVEN: &[(&str, &str)] = &[
    ("文辉", "wenhui"), ("文渊", "wenyuan"), ("明轩", "mingxuan"), ("俊伟", "junwei"), ("志国", "zhiguo"),
    ("博远", "boyuan"), ("月阳", "yueyang"), ("秋风", "qiufeng"), ("荣春", "rongchun"), ("智涛", "zhitao"),
    ("明志", "mingzhi"), ("雨瑞", "yurui"), ("清泉", "qingquan"), ("敏", "min"), ("静", "jing"),
    ("丽", "li"), ("强", "qiang"), ("磊", "lei"), ("洋", "yang"), ("艳", "yan"),
    ("勇", "yong"), ("军", "jun"), ("杰", "jie"), ("娟", "juan"), ("涛", "tao"),
    ("明", "ming"), ("超", "chao"), ("秀英", "xiuying"), ("霞", "xia"), ("桂英", "guiying"),
    ("建华", "jianhua"), ("婷婷", "tingting"), ("雪梅", "xuemei"),
];

#[rustfmt::skip]
const CHINESE_FAMILY: &[(&str, &str)] = &[
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"),
    ("黄", "huang"), ("赵", "zhao"), ("吴", "wu"), ("周", "zhou"), ("徐", "xu"), ("孙", "sun"),
    ("马", "ma"), ("朱", "zhu"), ("胡", "hu"), ("郭", "guo"), ("何", "he"), ("高", "gao"),
    ("林", "lin"), ("郑", "zheng"), ("谢", "xie"), ("罗", "luo"), ("梁", "liang"), ("宋", "song"),
    ("唐", "tang"), ("许", "xu"), ("韩", "han"), ("冯", "feng"), ("邓", "deng"), ("曹", "cao"),
    ("彭", "peng"), ("曾", "zeng"), ("萧", "xiao"), ("田", "tian"), ("董", "dong"), ("潘", "pan"),
    ("蒋", "jiang"), ("蔡", "cai"), ("欧阳", "ouyang"),
];

#[rustfmt::skip]
const ARABIC_GIVEN: &[(&str, &str)] = &[
    ("أحمد", "ahmad"), ("محمد", "mohammed"), ("خالد", "khalid"), ("عبدالله", "abdullah"), ("فهد", "fahad"),
    ("سلطان", "sultan"), ("نورة", "noura"), ("سارة", "sara"), ("فاطمة", "fatimah"), ("مريم", "maryam"),
    ("ليلى", "layla"), ("هدى", "huda"), ("ريم", "reem"), ("يوسف", "yousef"), ("عمر", "omar"),
    ("علي", "ali"), ("حسن", "hassan"), ("إبراهيم", "ibrahim"), ("أروى", "arwa"), ("أريج", "areej"),
    ("جميلة", "jamilah"), ("جواهر", "jawaher"), ("بدر", "badr"), ("ماجد", "majed"),
];

#[rustfmt::skip]
const ARABIC_FAMILY: &[(&str, &str)] = &[
    ("الراشد", "alrashed"), ("العقيل", "alaqeel"), ("العليان", "alolayan"), ("المهنا", "almuhanna"),
    ("الجابر", "aljaber"), ("الحجار", "alhajjar"), ("الدباغ", "aldabbagh"), ("العجلان", "alajlan"),
    ("الشايع", "alshaya"), ("الخضير", "alkhudair"), ("الحسين", "alhussein"), ("العلي", "alali"),
    ("الزهراني", "alzahrani"), ("القحطاني", "alqahtani"), ("الغامدي", "alghamdi"), ("الحربي", "alharbi"),
    ("الشهري", "alshehri"), ("المطيري", "almutairi"), ("الدوسري", "aldosari"), ("العتيبي", "alotaibi"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tongue_has_names_whose_plain_spelling_is_letters_only() {
        let check = |names: &Names, at_least: usize| {
            assert!(names.given.len() >= at_least && names.family.len() >= at_least.min(17));
            for name in names.given.iter().chain(&names.family) {
                let Name { text, plain } = name;
                assert!(
                    plain.bytes().all(|b| b.is_ascii_lowercase()) && !plain.is_empty(),
                    "{text}: {plain}"
                );
                assert!(plain.len() <= 24, "{text}: {plain} leaves no room in 64 bytes of local part");
                assert!(!text.chars().any(char::is_control) && text.trim() == *text, "{text:?}");
            }
        };
        check(&ENGLISH, 400);
        check(&FRENCH, 800);
        for names in [&GERMAN, &PORTUGUESE, &ITALIAN, &DUTCH] {
            check(names, 40);
        }
        for names in [&TURKISH, &JAPANESE, &CHINESE, &ARABIC] {
            check(names, 17);
        }
    }

    #[test]
    fn an_entry_that_is_no_name_is_left_out() {
        let check = |entry: &'static str, wanted: Option<(&str, &str)>| {
            let name = latin_name(entry);
            assert_eq!(name.as_ref().map(|name| (name.text, &*name.plain)), wanted, "{entry:?}");
        };
        check("Ricci\t", Some(("Ricci", "ricci")));
        check("D'Angelo", Some(("D'Angelo", "dangelo")));
        check("van den Berg", Some(("van den Berg", "vandenberg")));
        check("Weiß", Some(("Weiß", "weiss")));
        check("Yıldız", Some(("Yıldız", "yildiz")));
        check("Ağça", Some(("Ağça", "agca")));
        check("Floris,", None);
        check("FAnke", None);
        check("D\"ávila", None);
        check("Özm\u{302}en", None);
        check("", None);
    }
}
