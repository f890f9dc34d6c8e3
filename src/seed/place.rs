//! Where people live: countries with their cities, so that locale, language, zone, phone and address agree.
//!
//! Phone numbers come from the ranges that regulators keep free for drama where there are such (North America
//! 555-01XX; the United Kingdom, Ofcom; France, ARCEP; Germany, Bundesnetzagentur). Elsewhere they are only
//! well-formed E.164: nobody should dial one.

use std::sync::LazyLock;

use super::chance;
use super::name::{self, Names};

/// A country as far as an address book needs it.
#[derive(Debug)]
pub(super) struct Country {
    /// How many of a thousand recipients live there.
    share: u64,
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    /// BCP 47, language and region.
    pub(super) locale: &'static str,
    /// BCP 47, the language alone.
    pub(super) language: &'static str,
    pub(super) names: &'static LazyLock<Names>,
    /// With `{}` where the house number goes.
    streets: &'static [&'static str],
    cities: &'static [City],
}

/// A city. In its patterns `#` stands for a digit and `@` for a capital letter.
#[derive(Debug)]
pub(super) struct City {
    pub(super) name: &'static str,
    pub(super) region: &'static str,
    /// An IANA name.
    pub(super) time_zone: &'static str,
    /// A pattern of E.164 numbers.
    pub(super) phone: &'static str,
    /// The same for mobile phones.
    pub(super) mobile: &'static str,
    pub(super) postal_code: &'static str,
}

/// What `Country::share` counts in; the shares add up to it.
const SHARES: u64 = 1_000;
/// Letters that no postal code in use avoids.
const LETTERS: &[u8] = b"ABDEFGHJLNPRTUWXYZ";
/// The highest house number.
const HOUSE_MAX: u64 = 180;

/// The country that a draw chooses.
pub(super) fn country(draw: u64) -> &'static Country {
    let mut left = chance::below(draw, SHARES);
    for country in COUNTRIES {
        if left < country.share {
            return country;
        }
        left -= country.share;
    }
    &UNITED_STATES
}

impl Country {
    /// The city that a draw chooses.
    pub(super) fn city(&self, draw: u64) -> &'static City {
        chance::pick(draw, self.cities).unwrap_or(&NEW_YORK)
    }

    /// A street with a house number.
    pub(super) fn street(&self, draw: u64) -> String {
        let street = chance::pick(draw, self.streets).copied().unwrap_or_default();
        let house = 1 + chance::below(chance::nth(draw, 1), HOUSE_MAX);
        let (before, after) = street.split_once("{}").unwrap_or((street, ""));
        format!("{before}{house}{after}")
    }
}

/// A pattern's text with digits and letters drawn for its `#` and `@`.
pub(super) fn fill(pattern: &str, draw: u64) -> String {
    let mut left = draw;
    let mut text = String::with_capacity(pattern.len());
    for symbol in pattern.chars() {
        match symbol {
            '#' => {
                text.push(char::from(b'0' + (left % 10) as u8));
                left /= 10;
            }
            '@' => {
                text.push(
                    LETTERS.get((left % LETTERS.len() as u64) as usize).map_or('A', |&b| char::from(b)),
                );
                left /= LETTERS.len() as u64;
            }
            other => text.push(other),
        }
    }
    text
}

const fn city(
    name: &'static str,
    region: &'static str,
    time_zone: &'static str,
    phone: &'static str,
    mobile: &'static str,
    postal_code: &'static str,
) -> City {
    City { name, region, time_zone, phone, mobile, postal_code }
}

const NEW_YORK: City = city("New York", "NY", "America/New_York", "+121255501##", "+191755501##", "100##");

static UNITED_STATES: Country = Country {
    share: 400,
    code: "US",
    locale: "en-US",
    language: "en",
    names: &name::ENGLISH,
    streets: &[
        "{} Main Street",
        "{} Oak Avenue",
        "{} Maple Drive",
        "{} Cedar Lane",
        "{} Washington Boulevard",
    ],
    cities: &[
        NEW_YORK,
        city("Boston", "MA", "America/New_York", "+161755501##", "+185755501##", "021##"),
        city("Chicago", "IL", "America/Chicago", "+131255501##", "+177355501##", "606##"),
        city("Austin", "TX", "America/Chicago", "+151255501##", "+173755501##", "787##"),
        city("Denver", "CO", "America/Denver", "+130355501##", "+172055501##", "802##"),
        city("Phoenix", "AZ", "America/Phoenix", "+160255501##", "+148055501##", "850##"),
        city("San Francisco", "CA", "America/Los_Angeles", "+141555501##", "+162855501##", "941##"),
        city("Seattle", "WA", "America/Los_Angeles", "+120655501##", "+142555501##", "981##"),
    ],
};

static COUNTRIES: &[&Country] = &[
    &UNITED_STATES,
    &Country {
        share: 200,
        code: "GB",
        locale: "en-GB",
        language: "en",
        names: &name::ENGLISH,
        streets: &["{} High Street", "{} Station Road", "{} Church Lane", "{} Victoria Road", "{} Mill Lane"],
        cities: &[
            city("London", "England", "Europe/London", "+442079460###", "+447700900###", "EC1A #@@"),
            city("Manchester", "England", "Europe/London", "+441614960###", "+447700900###", "M1 #@@"),
            city("Bristol", "England", "Europe/London", "+441174960###", "+447700900###", "BS1 #@@"),
            city("Edinburgh", "Scotland", "Europe/London", "+441314960###", "+447700900###", "EH1 #@@"),
        ],
    },
    &Country {
        share: 90,
        code: "DE",
        locale: "de-DE",
        language: "de",
        names: &name::GERMAN,
        streets: &["Hauptstraße {}", "Lindenweg {}", "Goethestraße {}", "Am Mühlbach {}", "Schloßallee {}"],
        cities: &[
            city("Berlin", "Berlin", "Europe/Berlin", "+493023125###", "+4917139200##", "101##"),
            city("Hamburg", "Hamburg", "Europe/Berlin", "+494066969###", "+4917139200##", "200##"),
            city("Frankfurt am Main", "Hessen", "Europe/Berlin", "+496990009###", "+4917139200##", "603##"),
            city("Köln", "Nordrhein-Westfalen", "Europe/Berlin", "+492214710###", "+4917139200##", "506##"),
            city("München", "Bayern", "Europe/Berlin", "+498999998###", "+4917139200##", "803##"),
        ],
    },
    &Country {
        share: 80,
        code: "FR",
        locale: "fr-FR",
        language: "fr",
        names: &name::FRENCH,
        streets: &[
            "{} rue de la République",
            "{} avenue Victor-Hugo",
            "{} place du Marché",
            "{} quai de l'Église",
        ],
        cities: &[
            city("Paris", "Île-de-France", "Europe/Paris", "+3319900####", "+3363998####", "7500#"),
            city("Lyon", "Auvergne-Rhône-Alpes", "Europe/Paris", "+3346571####", "+3363998####", "6900#"),
            city("Nantes", "Pays de la Loire", "Europe/Paris", "+3326191####", "+3363998####", "440##"),
            city("Lille", "Hauts-de-France", "Europe/Paris", "+3335301####", "+3363998####", "590##"),
            city("Toulouse", "Occitanie", "Europe/Paris", "+3353649####", "+3363998####", "310##"),
        ],
    },
    &Country {
        share: 60,
        code: "BR",
        locale: "pt-BR",
        language: "pt",
        names: &name::PORTUGUESE,
        streets: &["Rua das Flores, {}", "Avenida São João, {}", "Rua da Consolação, {}", "Praça da Sé, {}"],
        cities: &[
            city("São Paulo", "SP", "America/Sao_Paulo", "+551155550###", "+5511955550###", "010##-###"),
            city("Rio de Janeiro", "RJ", "America/Sao_Paulo", "+552155550###", "+5521955550###", "200##-###"),
            city("Recife", "PE", "America/Recife", "+558155550###", "+5581955550###", "500##-###"),
            city("Manaus", "AM", "America/Manaus", "+559255550###", "+5592955550###", "690##-###"),
        ],
    },
    &Country {
        share: 40,
        code: "IT",
        locale: "it-IT",
        language: "it",
        names: &name::ITALIAN,
        streets: &["Via Roma {}", "Corso Garibaldi {}", "Via della Libertà {}", "Piazza Dante {}"],
        cities: &[
            city("Roma", "Lazio", "Europe/Rome", "+39065550####", "+393335550###", "001##"),
            city("Milano", "Lombardia", "Europe/Rome", "+39025550####", "+393335550###", "201##"),
            city("Torino", "Piemonte", "Europe/Rome", "+390115550###", "+393335550###", "101##"),
        ],
    },
    &Country {
        share: 40,
        code: "NL",
        locale: "nl-NL",
        language: "nl",
        names: &name::DUTCH,
        streets: &["Dorpsstraat {}", "Kerkstraat {}", "Molenweg {}", "Prins Hendrikkade {}"],
        cities: &[
            city("Amsterdam", "Noord-Holland", "Europe/Amsterdam", "+31205550###", "+31655550###", "101# @@"),
            city("Rotterdam", "Zuid-Holland", "Europe/Amsterdam", "+31105550###", "+31655550###", "301# @@"),
            city("Utrecht", "Utrecht", "Europe/Amsterdam", "+31305550###", "+31655550###", "351# @@"),
        ],
    },
    &Country {
        share: 40,
        code: "JP",
        locale: "ja-JP",
        language: "ja",
        names: &name::JAPANESE,
        streets: &["丸の内1丁目{}", "本町2丁目{}", "桜町3丁目{}"],
        cities: &[
            city("東京", "東京都", "Asia/Tokyo", "+8135550####", "+819055500###", "100-00##"),
            city("大阪", "大阪府", "Asia/Tokyo", "+8165550####", "+819055500###", "530-00##"),
            city("札幌", "北海道", "Asia/Tokyo", "+81115550###", "+819055500###", "060-00##"),
        ],
    },
    &Country {
        share: 25,
        code: "CN",
        locale: "zh-CN",
        language: "zh",
        names: &name::CHINESE,
        streets: &["南京路{}号", "人民路{}号", "中山路{}号"],
        cities: &[
            city("北京", "北京", "Asia/Shanghai", "+861055550###", "+8613855550###", "1000##"),
            city("上海", "上海", "Asia/Shanghai", "+862155550###", "+8613855550###", "2000##"),
            city("深圳", "广东", "Asia/Shanghai", "+8675555550###", "+8613855550###", "5180##"),
        ],
    },
    &Country {
        share: 15,
        code: "TR",
        locale: "tr-TR",
        language: "tr",
        names: &name::TURKISH,
        streets: &["Atatürk Caddesi No: {}", "İstiklal Caddesi No: {}", "Çınar Sokak No: {}"],
        cities: &[
            city("İstanbul", "İstanbul", "Europe/Istanbul", "+902125550###", "+905325550###", "340##"),
            city("Ankara", "Ankara", "Europe/Istanbul", "+903125550###", "+905325550###", "060##"),
            city("İzmir", "İzmir", "Europe/Istanbul", "+902325550###", "+905325550###", "350##"),
        ],
    },
    &Country {
        share: 10,
        code: "SA",
        locale: "ar-SA",
        language: "ar",
        names: &name::ARABIC,
        streets: &["شارع الملك فهد {}", "طريق المطار {}", "شارع التحلية {}"],
        cities: &[
            city("الرياض", "الرياض", "Asia/Riyadh", "+966115550###", "+966555550###", "112##"),
            city("جدة", "مكة المكرمة", "Asia/Riyadh", "+966125550###", "+966555550###", "214##"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_add_up() {
        assert_eq!(COUNTRIES.iter().map(|country| country.share).sum::<u64>(), SHARES);
    }

    #[test]
    fn every_country_has_cities_and_streets_with_a_place_for_the_number() {
        for country in COUNTRIES {
            assert!(!country.cities.is_empty() && !country.streets.is_empty(), "{}", country.code);
            assert!(
                country.streets.iter().all(|street| street.matches("{}").count() == 1),
                "{}",
                country.code
            );
            assert_eq!(country.locale, format!("{}-{}", country.language, country.code));
        }
    }

    #[test]
    fn a_pattern_is_filled_symbol_by_symbol() {
        assert_eq!(fill("+1##", 21), "+112");
        assert_eq!(fill("M1 #@@", 7), "M1 7AA");
        assert_eq!(fill("東京", 5), "東京");
    }
}
