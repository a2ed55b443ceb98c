//! Japan's national holidays: the government's list for the years it has published, by name, and
//! the law as a rule for the years beyond. Pure data and arithmetic; which calendar uses it is decided elsewhere.

use jiff::civil::{Date, Weekday};

/// Where the table comes from.
pub const SOURCE: &str = "Cabinet Office, Government of Japan, syukujitsu.csv";
/// When the table was last compared with its source.
pub const READ_ON: Date = Date::constant(2026, 11, 22);
/// First year of the table.
pub const FIRST_YEAR: i16 = 2026;
/// Last year of the table. The next year is published each February.
pub const LAST_YEAR: i16 = 2027;

/// Name of a day off that another holiday causes: the substitute for a Sunday, or a day between two holidays.
pub const DAY_OFF: &str = "休日";

/// A month, a day and what is celebrated.
type Named = (i8, i8, &'static str);

/// The published list by year.
const TABLE: [(i16, &[Named]); 2] = [
    (
        2026,
        &[
            (1, 1, "元日"),
            (1, 12, "成人の日"),
            (2, 11, "建国記念の日"),
            (2, 23, "天皇誕生日"),
            (3, 20, "春分の日"),
            (4, 29, "昭和の日"),
            (5, 3, "憲法記念日"),
            (5, 4, "みどりの日"),
            (5, 5, "こどもの日"),
            (5, 6, DAY_OFF),
            (7, 20, "海の日"),
            (8, 11, "山の日"),
            (9, 21, "敬老の日"),
            (9, 22, DAY_OFF),
            (9, 23, "秋分の日"),
            (10, 12, "スポーツの日"),
            (11, 3, "文化の日"),
            (11, 23, "勤労感謝の日"),
        ],
    ),
    (
        2027,
        &[
            (1, 1, "元日"),
            (1, 11, "成人の日"),
            (2, 11, "建国記念の日"),
            (2, 23, "天皇誕生日"),
            (3, 21, "春分の日"),
            (3, 22, DAY_OFF),
            (4, 29, "昭和の日"),
            (5, 3, "憲法記念日"),
            (5, 4, "みどりの日"),
            (5, 5, "こどもの日"),
            (7, 19, "海の日"),
            (8, 11, "山の日"),
            (9, 20, "敬老の日"),
            (9, 23, "秋分の日"),
            (10, 11, "スポーツの日"),
            (11, 3, "文化の日"),
            (11, 23, "勤労感謝の日"),
        ],
    ),
];

/// The name of the holiday on `date`: from the table where it reaches, by the law's rule elsewhere.
#[must_use]
pub fn name_of(date: Date) -> Option<&'static str> {
    match TABLE.iter().find(|(year, _)| *year == date.year()) {
        Some((_, days)) => {
            days.iter().find(|(month, day, _)| *month == date.month() && *day == date.day()).map(|(_, _, name)| *name)
        }
        None => by_rule(date),
    }
}

/// Whether `date` is in a year the published list covers.
#[must_use]
pub fn is_published(date: Date) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&date.year())
}

/// The name of the holiday on `date` by the Act on National Holidays as it stands since 2022.
/// The equinoxes are astronomy, fixed by the government a year ahead: this is the usual approximation for 1980–2099.
#[must_use]
pub fn by_rule(date: Date) -> Option<&'static str> {
    if let Some(name) = proper(date) {
        return Some(name);
    }
    // A Sunday holiday moves to the first day after it that is no holiday itself.
    let mut before = date.yesterday().ok()?;
    while proper(before).is_some() {
        if before.weekday() == Weekday::Sunday {
            return Some(DAY_OFF);
        }
        before = before.yesterday().ok()?;
    }
    // A day between two holidays is one too; a Sunday between them is already free.
    let sandwiched = date.weekday() != Weekday::Sunday
        && date.yesterday().ok().and_then(proper).is_some()
        && date.tomorrow().ok().and_then(proper).is_some();
    sandwiched.then_some(DAY_OFF)
}

/// The holidays the law names, without the days off they cause.
fn proper(date: Date) -> Option<&'static str> {
    let monday = |nth: i8| date.weekday() == Weekday::Monday && (date.day() - 1) / 7 + 1 == nth;
    match (date.month(), date.day()) {
        (1, 1) => Some("元日"),
        (1, _) if monday(2) => Some("成人の日"),
        (2, 11) => Some("建国記念の日"),
        (2, 23) => Some("天皇誕生日"),
        (3, day) if day == equinox(date.year(), 20.8431) => Some("春分の日"),
        (4, 29) => Some("昭和の日"),
        (5, 3) => Some("憲法記念日"),
        (5, 4) => Some("みどりの日"),
        (5, 5) => Some("こどもの日"),
        (7, _) if monday(3) => Some("海の日"),
        (8, 11) => Some("山の日"),
        (9, day) if day == equinox(date.year(), 23.2488) => Some("秋分の日"),
        (9, _) if monday(3) => Some("敬老の日"),
        (10, _) if monday(2) => Some("スポーツの日"),
        (11, 3) => Some("文化の日"),
        (11, 23) => Some("勤労感謝の日"),
        _ => None,
    }
}

/// The day of an equinox in its month.
fn equinox(year: i16, base: f64) -> i8 {
    let years = f64::from(year - 1980);
    let day = base + 0.242_194 * years - (years / 4.0).floor();
    #[expect(clippy::cast_possible_truncation, reason = "a day of a month")]
    let day = day.floor() as i8;
    day
}
