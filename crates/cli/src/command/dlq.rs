//! `darkroom dlq`: dead letters.

use std::collections::HashSet;
use std::io::{BufRead, IsTerminal};

use darkroom_consumer::DeadLetterReason;
use darkroom_worker::{DeadLetter, DeadLetterAction, DeadLetters};
use time::format_description::well_known::Rfc3339;

use crate::app_context::AppContext;
use crate::arguments::{Dlq, DlqList, DlqPurge, DlqRedrive};
use crate::command::connect;
use crate::console::{eprint, print};
use crate::exit_status::{ExitStatus, UsageError};
use crate::line_text::escape;
use crate::report::{DeadLetterReport, Report, ReportCommand, ReportStatus};
use crate::settings::Settings;

/// The arguments of a subcommand, in a form that all subcommands share.
struct Plan {
    action: DeadLetterAction,
    ids: HashSet<String>,
    dry_run: bool,
    json: bool,
}

pub(super) async fn run(arguments: Dlq, settings: Settings) -> anyhow::Result<ExitStatus> {
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let letters = context.dead_letters().await?;
    let plan = match arguments {
        Dlq::List(DlqList { json }) => Plan {
            action: DeadLetterAction::List,
            ids: HashSet::new(),
            dry_run: false,
            json,
        },
        Dlq::Redrive(DlqRedrive { choice }) => Plan {
            action: DeadLetterAction::Redrive,
            ids: choice.ids.into_iter().collect(),
            dry_run: choice.dry_run,
            json: choice.json,
        },
        Dlq::Purge(DlqPurge { choice, yes }) => {
            if !yes && !choice.dry_run && !is_confirmed(&letters, &choice.ids).await? {
                eprint("nothing was deleted");
                return Ok(ExitStatus::Success);
            }
            Plan {
                action: DeadLetterAction::Purge,
                ids: choice.ids.into_iter().collect(),
                dry_run: choice.dry_run,
                json: choice.json,
            }
        }
    };
    plan.execute(&letters).await
}

impl Plan {
    async fn execute(self, letters: &DeadLetters) -> anyhow::Result<ExitStatus> {
        let action = match self.action {
            _ if self.dry_run => DeadLetterAction::List,
            action => action,
        };
        let mut missing = self.ids.clone();
        let mut count = 0_u64;
        let mut printed = Ok(());
        let applied = letters.apply(action, &self.ids, |letter| {
            missing.remove(&letter.id);
            count += 1;
            if printed.is_ok() {
                printed = self.print(&letter);
            }
        });
        applied.await?;
        printed?;
        if !self.json {
            let letters = plural(count);
            print(&format!("{letters} {}", self.past_tense()))?;
        }
        for id in &missing {
            eprint(&format!(
                "{}: no such dead letter; `darkroom dlq list` prints the ids",
                escape(id)
            ));
        }
        Ok(match missing.is_empty() {
            true => ExitStatus::Success,
            false => ExitStatus::Failure,
        })
    }

    fn print(&self, letter: &DeadLetter) -> anyhow::Result<()> {
        if !self.json {
            return print(&line(letter));
        }
        let report = Report {
            dead_letter: Some(DeadLetterReport {
                id: letter.id.clone(),
                reason: letter.reason.code.clone(),
                detail: letter.reason.detail.clone(),
                keys: letter.keys.clone(),
                sent_at: sent_at(letter),
            }),
            ..Report::new(ReportCommand::Dlq, self.status())
        };
        print(&report.to_line()?)
    }

    const fn status(&self) -> ReportStatus {
        match (self.action, self.dry_run) {
            (DeadLetterAction::List, _) => ReportStatus::Listed,
            (DeadLetterAction::Redrive, false) => ReportStatus::Redriven,
            (DeadLetterAction::Redrive, true) => ReportStatus::WouldBeRedriven,
            (DeadLetterAction::Purge, false) => ReportStatus::Deleted,
            (DeadLetterAction::Purge, true) => ReportStatus::WouldBeDeleted,
        }
    }

    const fn past_tense(&self) -> &'static str {
        match self.status() {
            ReportStatus::Redriven => "redriven",
            ReportStatus::WouldBeRedriven => "would be redriven",
            ReportStatus::Deleted => "deleted",
            ReportStatus::WouldBeDeleted => "would be deleted",
            _ => "listed",
        }
    }
}

fn plural(count: u64) -> String {
    match count {
        1 => "1 dead letter".to_owned(),
        _ => format!("{count} dead letters"),
    }
}

fn line(letter: &DeadLetter) -> String {
    let DeadLetter {
        id, reason, keys, ..
    } = letter;
    let sent_at = sent_at(letter).unwrap_or_default();
    let DeadLetterReason { code, detail } = reason;
    let keys = keys.join(" ");
    let line = format!("{id}  {sent_at}  {code:<18}  {detail}  {keys}");
    // The keys come from the body of the message, which anyone who may send messages can write.
    escape(line.trim_end()).to_string()
}

fn sent_at(letter: &DeadLetter) -> Option<String> {
    letter.sent_at?.format(&Rfc3339).ok()
}

/// Asks for confirmation on the terminal.
///
/// # Errors
/// [`UsageError`] if stdin is not a terminal.
async fn is_confirmed(letters: &DeadLetters, ids: &[String]) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        let message = "dlq purge deletes permanently: confirm with --yes, or try --dry-run first";
        return Err(UsageError(message.to_owned()).into());
    }
    let depth = letters.dead_letters.depth().await?;
    let count = match ids.len() {
        0 => depth.visible + depth.in_flight,
        count => count as u64,
    };
    eprint(&format!("Delete {} permanently? [y/N]", plural(count)));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
