//! The tables in Markdown.

use std::fmt::Write;

use super::{Measurement, Report};
use crate::process::{Cores, Usage};

/// Returns the date, the machine, and the tables of times and quality.
pub(super) fn markdown(report: &Report) -> String {
    let mut text = introduction(report);
    for (cores, title) in [(Cores::One, "One core"), (Cores::All, "All cores")] {
        text += &times(report, cores, title).unwrap_or_default();
    }
    text += &quality(report);
    for note in notes(report) {
        text += &format!("\n{note}\n");
    }
    text
}

fn introduction(report: &Report) -> String {
    let (machine, subject) = (&report.machine, &report.subject);
    let runs = report.peers[0].times.first();
    let runs = runs.map_or(0, |timing| timing.runs.len());
    format!(
        "{}: {} ({} processors), {}. {} photos, {:.1} megapixels, {:.1} MB; medians of {runs} run(s).\n{}.\n",
        report.date,
        machine.processor,
        machine.processors,
        machine.system,
        subject.photos,
        subject.megapixels,
        subject.source_bytes as f64 / 1e6,
        report.versions.join("; ")
    )
}

/// Returns the table of times, or `None` if nothing was measured on these processors.
fn times(report: &Report, cores: Cores, title: &str) -> Option<String> {
    let first = report.peers[0].median(cores)?;
    let mut table = format!(
        "\n| {title} | time, s | ratio | CPU, s | ratio | largest process, MiB | all processes, MiB |\n\
         |---|---|---|---|---|---|---|\n"
    );
    for peer in &report.peers {
        let usage = peer.median(cores)?;
        table += &format!("| {} |{}\n", peer.name, time_cells(&usage, &first));
    }
    Some(table)
}

fn time_cells(usage: &Usage, first: &Usage) -> String {
    let (elapsed, cpu) = (usage.elapsed_seconds, usage.cpu_seconds);
    let memory = |bytes: Option<u64>| {
        let mebibytes = |bytes| format!("{:.0}", bytes as f64 / 1024.0 / 1024.0);
        bytes.map_or("–".to_owned(), mebibytes)
    };
    format!(
        " {elapsed:.2} | {} | {cpu:.2} | {} | {} | {} |",
        ratio(elapsed, first.elapsed_seconds),
        ratio(cpu, first.cpu_seconds),
        memory(usage.memory.map(|memory| memory.largest_process_bytes)),
        memory(usage.memory.map(|memory| memory.all_processes_bytes))
    )
}

/// Returns a ratio with two decimals.
pub(super) fn ratio(value: f64, base: f64) -> String {
    if base > 0.0 {
        format!("{:.2}", value / base)
    } else {
        "–".to_owned()
    }
}

fn quality(report: &Report) -> String {
    let mut table =
        "\n| Originals | bytes | ratio | SSIMULACRA2, mean | worst | Butteraugli, mean | worst |\n\
         |---|---|---|---|---|---|---|\n"
            .to_owned();
    let first = report.peers[0].original_bytes;
    for peer in &report.peers {
        let bytes = peer.original_bytes;
        let scores = peer.quality.map_or(" – | – | – | –".to_owned(), |it| {
            format!(
                " {:.2} | {:.2} | {:.3} | {:.3}",
                it.ssimulacra2_mean,
                it.ssimulacra2_worst,
                it.butteraugli_mean,
                it.butteraugli_worst
            )
        });
        let (name, ratio) = (peer.name, ratio(bytes as f64, first as f64));
        let _ = writeln!(table, "| {name} | {} | {ratio} |{scores} |", grouped(bytes));
    }
    table
}

/// Returns a number with commas between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn notes(report: &Report) -> Vec<String> {
    let wrong = |peer: &Measurement| {
        let (count, all) = (peer.wrong_sizes(), peer.scores.len());
        let note = format!(
            "{}: {count} of {all} variants are not upright, and have no scores.",
            peer.name
        );
        (count > 0).then_some(note)
    };
    let mut notes: Vec<String> = report.peers.iter().filter_map(wrong).collect();
    if waiting(report) > 0.1 {
        let share = waiting(report) * 100.0;
        notes.push(format!(
            "Other programs used the machine: on one core, the peers waited {share:.0} % of the time. \
             Compare the CPU times, or repeat the run."
        ));
    }
    notes.extend(report.left_out.iter().map(|reason| format!("{reason}.")));
    notes
}

/// Returns the share of the time on one core in which the peers did not run.
fn waiting(report: &Report) -> f64 {
    let peers = report.peers.iter();
    let usages: Vec<Usage> = peers.filter_map(|peer| peer.median(Cores::One)).collect();
    let elapsed: f64 = usages.iter().map(|usage| usage.elapsed_seconds).sum();
    let cpu: f64 = usages.iter().map(|usage| usage.cpu_seconds).sum();
    1.0 - cpu / elapsed.max(cpu).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use crate::process::Memory;

    #[test]
    fn the_tables_contain_medians_and_ratios() {
        let expected = "\
2026-01-31: Some CPU (2 processors), Linux 6.1, x86_64. 2 photos, 24.0 megapixels, 5.0 MB; medians of 1 run(s).
Darkroom 0.1; Peer 7.

| One core | time, s | ratio | CPU, s | ratio | largest process, MiB | all processes, MiB |
|---|---|---|---|---|---|---|
| Darkroom | 2.00 | 1.00 | 2.00 | 1.00 | – | – |
| A & B | 4.00 | 2.00 | 4.00 | 2.00 | – | – |

| All cores | time, s | ratio | CPU, s | ratio | largest process, MiB | all processes, MiB |
|---|---|---|---|---|---|---|
| Darkroom | 1.25 | 1.00 | 2.00 | 1.00 | – | – |
| A & B | 2.50 | 2.00 | 4.00 | 2.00 | – | – |

| Originals | bytes | ratio | SSIMULACRA2, mean | worst | Butteraugli, mean | worst |
|---|---|---|---|---|---|---|
| Darkroom | 6,000,000 | 1.00 | 75.00 | 70.00 | 1.000 | 1.000 |
| A & B | 3,000,000 | 0.50 | 77.50 | 77.50 | 1.000 | 1.000 |

A & B: 1 of 2 variants are not upright, and have no scores.

sharp is left out: no network.
";
        assert_eq!(markdown(&example::report()), expected);
    }

    #[test]
    fn a_busy_machine_is_mentioned() {
        let mut report = example::report();
        assert!(waiting(&report).abs() < 1e-9);
        for peer in &mut report.peers {
            peer.times[0].median.cpu_seconds *= 0.75;
        }
        let text = markdown(&report);
        assert!(text.contains("the peers waited 25 % of the time"), "{text}");
    }

    #[test]
    fn memory_is_in_mebibytes() {
        let memory = Memory {
            largest_process_bytes: 3 << 20,
            all_processes_bytes: 5 << 20,
        };
        let usage = Usage {
            elapsed_seconds: 1.0,
            cpu_seconds: 1.0,
            memory: Some(memory),
        };
        assert_eq!(
            time_cells(&usage, &usage),
            " 1.00 | 1.00 | 1.00 | 1.00 | 3 | 5 |"
        );
    }

    #[test]
    fn processors_that_were_not_measured_have_no_table() {
        let mut report = example::report();
        for peer in &mut report.peers {
            peer.times.truncate(1);
        }
        assert!(!markdown(&report).contains("All cores"));
    }

    #[test]
    fn digits_are_grouped_by_threes() {
        let texts = [0, 12, 123, 1234, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "123", "1,234", "1,234,567"]);
    }

    #[test]
    fn there_is_no_ratio_to_nothing() {
        assert_eq!(ratio(1.0, 3.0), "0.33");
        assert_eq!(ratio(1.0, 0.0), "–");
    }
}
