//! What is laid over a page as sentences: plans, menus, questions, and how each is answered by a line. Pure; what an answer
//! does is decided where it is heard.

use super::words::{plainly, sentence};
use crate::console::hours;
use crate::console::model::Model;
use crate::console::overlay::Overlay;
use crate::console::screens::confirm::Confirm;
use crate::console::screens::hours::HoursForm;

/// What stands over the page, and how it is answered; nothing where nothing does.
pub(super) fn overlay(model: &Model) -> Vec<String> {
    match &model.overlay {
        Overlay::None => Vec::new(),
        Overlay::Confirm(confirm) => plan(confirm),
        Overlay::Menu(menu) => {
            let mut lines = vec![format!("{}:", plainly(&menu.title))];
            for (at, entry) in menu.shown().flatten().enumerate() {
                let note = plainly(&entry.note);
                let note = if note.is_empty() { note } else { format!(": {note}") };
                let not = entry.disabled_reason.as_ref().map(|why| format!(" Not now: {}", sentence(&plainly(why))));
                let label = sentence(&format!("{}{note}", plainly(&entry.label)));
                lines.push(format!("{}. {label}{}", at + 1, not.unwrap_or_default()));
            }
            lines.push("A number or a name chooses; back leaves.".to_owned());
            lines
        }
        Overlay::Ask(ask) => {
            let now = plainly(ask.input.value());
            let proposed = if now.is_empty() { now } else { format!(" An empty line takes {now}.") };
            vec![format!("{}?{proposed} Back leaves.", plainly(&ask.prompt).trim_end_matches(['?', ':']))]
        }
        Overlay::Unlock(unlocking) => vec![format!("{} Back leaves.", sentence(&plainly(&unlocking.prompt())))],
        Overlay::Hours(form) => hours_form(model, form),
        Overlay::Filter(_) => vec!["Which text? An empty line shows all again.".to_owned()],
        Overlay::Palette(palette) => vec![format!("{}: type the rest; back leaves.", plainly(palette.input.value()))],
    }
}

/// A plan in numbered sentences, and how one says yes.
fn plan(confirm: &Confirm) -> Vec<String> {
    let plan = &confirm.plan;
    let mut says: Vec<String> = Vec::new();
    let protected = if confirm.at.protected { ", which is protected" } else { "" };
    let account = confirm.at.account.as_ref().map(|account| format!(", account {account}")).unwrap_or_default();
    says.push(format!("It is in {}{protected}, {}{account}", plan.environment, plan.scope));
    if !confirm.marked.is_empty() {
        says.push(format!("It is for {} marked rows: {}", confirm.marked.len(), confirm.marked.join(", ")));
    }
    says.extend(confirm.at.guard.twice.clone());
    says.extend(plan.irreversible.as_ref().map(|what| format!("It cannot be undone: {what}")));
    says.extend(plan.notices.iter().map(|notice| format!("Note: {notice}")));
    for one in &plan.differences {
        says.push(match (&one.from, &one.to) {
            (Some(from), Some(to)) => format!("{} is {from} and will be {to}", one.what),
            (None, Some(to)) => format!("{} will be {to}", one.what),
            (Some(from), None) => format!("{} is {from} and goes", one.what),
            (None, None) => one.what.clone(),
        });
    }
    says.extend(plan.calls.iter().map(|call| format!("Call: {call}")));
    let mut lines = vec![format!("Plan: {}", sentence(&plainly(&plan.message)))];
    lines.extend(says.iter().enumerate().map(|(at, text)| format!("{}. {}", at + 1, sentence(&plainly(text)))));
    lines.push(match &confirm.hindrance {
        Some(refused) => format!("Refused: {} Any line leaves it.", sentence(&plainly(&refused.to_string()))),
        None => {
            let once = if confirm.again { "Once more: " } else { "" };
            let yes = if confirm.wants_name() { plan.environment.as_str() } else { "yes" };
            format!("{once}Type {yes} to do it, why and a reason to add one; anything else leaves it undone.")
        }
    });
    lines
}

fn hours_form(model: &Model, form: &HoursForm) -> Vec<String> {
    let [days, from, to] = form.fields.each_ref().map(|field| field.value().to_owned());
    if form.asking {
        let mut lines =
            vec![format!("Office hours of {}: {days} from {from} to {to}, {}.", form.environment, form.timezone)];
        match hours::outcome(model, form) {
            Ok(outcome) => {
                lines.push(format!("It sleeps {} hours of a week.", outcome.asleep));
                lines.extend(outcome.savings.iter().map(|text| sentence(&plainly(text))));
                lines.extend(outcome.disabled_reason.iter().map(|text| sentence(&plainly(text))));
            }
            Err(why) => lines.push(sentence(&plainly(&why))),
        }
        lines.push("Type yes to write them; anything else goes back to the answers.".to_owned());
        return lines;
    }
    let prompts = ["On which days, as in mon-fri", "From when, as in 09:00", "To when, as in 19:00"];
    let ask = prompts.get(form.at).copied().unwrap_or_default();
    let now = form.fields.get(form.at).map(|field| field.value().to_owned()).unwrap_or_default();
    let wrong = hours::outcome(model, form).err().map(|why| sentence(&plainly(&why)));
    let mut lines: Vec<String> = wrong.into_iter().collect();
    lines.push(format!("{ask}? An empty line takes {now}. Back leaves."));
    lines
}
