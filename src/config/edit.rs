//! Changes to the text of a configuration that toban writes itself: an environment's schedule, and office hours that it is
//! made of. Every other line stays as it is: comments, order, blank lines. Touches no file.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Office hours as a person says them: three answers, a zone, and whose holidays count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficeHours {
    /// The schedule's name.
    pub name: String,
    /// On which days: `mon-fri`.
    pub days: String,
    /// From when on it is to be up: `09:00`.
    pub from: String,
    /// Until when: `22:00`.
    pub to: String,
    /// IANA name of the zone of these times.
    pub timezone: String,
    /// The calendar of holidays that are off, if any.
    pub holidays: Option<HolidayCalendar>,
}

/// A calendar of holidays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HolidayCalendar {
    /// Its name in the configuration.
    pub name: String,
    /// The built-in table it is made of where the configuration has none of this name.
    pub builtin: Option<&'static str>,
}

impl OfficeHours {
    /// The holidays that are usual where a zone is: Japan's in Tokyo, none known elsewhere.
    #[must_use]
    pub fn usual_holidays(timezone: &str) -> Option<HolidayCalendar> {
        let japan = matches!(timezone, "Asia/Tokyo" | "Japan");
        japan.then(|| HolidayCalendar { name: "jp".to_owned(), builtin: Some("jp-national-holidays") })
    }
}

/// The text with the environment's `schedule` set.
///
/// # Errors
/// When the text is not TOML, or `environment` in it is not made of tables.
pub fn with_schedule(text: &str, environment: &str, schedule: &str) -> Result<String, String> {
    let mut document = parsed(text)?;
    set_schedule(&mut document, environment, schedule)?;
    Ok(document.to_string())
}

/// The text with a schedule of office hours, and the environment's `schedule` set to it.
///
/// # Errors
/// When the text is not TOML, what stands there is not made of tables, or there is another schedule of this name.
pub fn with_office_hours(text: &str, environment: &str, hours: &OfficeHours) -> Result<String, String> {
    let mut document = parsed(text)?;
    if let Some(calendar) = &hours.holidays {
        let all = section(&mut document, "calendar")?;
        match (all.contains_key(&calendar.name), calendar.builtin) {
            (true, _) => {}
            (false, Some(builtin)) => {
                let mut table = Table::new();
                table.insert("builtin", value(builtin));
                all.insert(&calendar.name, Item::Table(table));
            }
            (false, None) => return Err(format!("there is no [calendar.{}]", calendar.name)),
        }
    }
    let made = table_of(hours);
    let all = section(&mut document, "schedule")?;
    match all.get(&hours.name) {
        None => {
            all.insert(&hours.name, Item::Table(made));
        }
        Some(known) if known.as_table_like().is_some_and(|known| same(known, &made)) => {}
        Some(_) => {
            return Err(format!(
                "there is a [schedule.{name}] already, with other hours; change it there, or give this one another name",
                name = hours.name
            ));
        }
    }
    set_schedule(&mut document, environment, &hours.name)?;
    Ok(document.to_string())
}

fn table_of(hours: &OfficeHours) -> Table {
    let mut period = InlineTable::new();
    for (key, text) in [("days", &hours.days), ("from", &hours.from), ("to", &hours.to)] {
        period.insert(key, Value::from(text.as_str()));
    }
    let mut on = Array::new();
    on.push(period);
    let mut table = Table::new();
    table.insert("timezone", value(&hours.timezone));
    table.insert("on", Item::Value(Value::Array(on)));
    if let Some(calendar) = &hours.holidays {
        let mut holidays = InlineTable::new();
        holidays.insert("calendar", Value::from(calendar.name.as_str()));
        holidays.insert("policy", Value::from("off"));
        table.insert("holidays", Item::Value(Value::InlineTable(holidays)));
    }
    table
}

/// Whether two tables say the same, however they are written.
fn same(known: &dyn TableLike, made: &Table) -> bool {
    let plain = |item: &Item| item.to_string().split_whitespace().collect::<String>();
    let has = |key: &str| known.get(key).map(plain);
    known.len() == made.len() && made.iter().all(|(key, item)| has(key) == Some(plain(item)))
}

fn value(text: &str) -> Item {
    Item::Value(Value::from(text))
}

fn parsed(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|why: toml_edit::TomlError| why.to_string())
}

/// The tables of `key`, made if there are none: only the sections below it are written, as a person would.
fn section<'d>(document: &'d mut DocumentMut, key: &str) -> Result<&'d mut dyn TableLike, String> {
    let all = document.entry(key).or_insert_with(|| {
        let mut all = Table::new();
        all.set_implicit(true);
        Item::Table(all)
    });
    all.as_table_like_mut().ok_or_else(|| format!("`{key}` is not made of tables such as [{key}.NAME]"))
}

fn set_schedule(document: &mut DocumentMut, environment: &str, schedule: &str) -> Result<(), String> {
    let all = section(document, "environment")?;
    // Environments are one whatever the case of their names.
    let known = all.iter().map(|(name, _)| name.to_owned()).find(|name| name.eq_ignore_ascii_case(environment));
    let section = all.entry(known.as_deref().unwrap_or(environment)).or_insert_with(|| Item::Table(Table::new()));
    let not_a_table = || format!("`environment` is not made of tables such as [environment.{environment:?}]");
    let section = section.as_table_like_mut().ok_or_else(not_a_table)?;
    match section.get_mut("schedule").and_then(Item::as_value_mut) {
        Some(old) => {
            // What stands around the value, such as a comment behind it, stays.
            let around = old.decor().clone();
            *old = Value::from(schedule);
            *old.decor_mut() = around;
        }
        None => {
            section.insert("schedule", value(schedule));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
