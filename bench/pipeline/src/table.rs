//! The tables in Markdown.

use crate::report::{CloudReport, Jobs, Report};

impl Report {
    /// Returns the tables in Markdown.
    pub fn to_markdown(&self) -> String {
        let machine = &self.machine;
        let mut text = format!(
            "{}: {} ({} processors), {}. {} photos, {:.1} MB; medians of {} run(s).\n\
             Bare rendering, one render process: {:.2} photos/s.\n",
            self.date,
            machine.processor,
            machine.processors,
            machine.system,
            self.photos,
            self.photo_bytes as f64 / 1e6,
            self.runs,
            self.bare_per_second
        );
        for cloud in &self.clouds {
            text += &self.cloud(cloud);
        }
        if let Some(upload) = &self.upload {
            text += &format!(
                "\nA folder of {} photos: `darkroom upload` {:.2} s, `darkroom process` {:.2} s ({:.2} x)\n",
                upload.photos,
                upload.upload_seconds,
                upload.process_seconds,
                upload.upload_seconds / upload.process_seconds
            );
        }
        for reason in &self.left_out {
            text += &format!("\n{reason}.\n");
        }
        text
    }

    fn cloud(&self, cloud: &CloudReport) -> String {
        let mut table = format!(
            "\n| {} | workers | uploads/s | of bare rendering | time in rendering | CPU beyond rendering, ms | \
             worker, MiB | render process, MiB |\n|---|---|---|---|---|---|---|---|\n",
            cloud.name
        );
        for jobs in &cloud.jobs {
            table += &self.row(jobs);
        }
        let latency = &cloud.latency;
        table += &format!(
            "\nAt half of the throughput, from the end of the `PUT` to the outcome: p50 {:.0} ms, p95 {:.0} ms, \
             p99 {:.0} ms; without rendering: p50 {:.1} ms, p95 {:.1} ms\n",
            latency.p50_ms,
            latency.p95_ms,
            latency.p99_ms,
            latency.beyond_rendering_p50_ms,
            latency.beyond_rendering_p95_ms
        );
        table
    }

    fn row(&self, jobs: &Jobs) -> String {
        // Python renders in the worker itself.
        let [bare, cpu, child] = if jobs.child_mib > 0.0 {
            let bare = jobs.jobs_per_second / self.bare_per_second / jobs.workers as f64;
            [
                format!("{:.0} %", bare * 100.0),
                format!("{:.1}", jobs.cpu_ms),
                format!("{:.0}", jobs.child_mib),
            ]
        } else {
            ["–", "–", "–"].map(str::to_owned)
        };
        format!(
            "| {} | {} | {:.2} | {bare} | {:.0} % | {cpu} | {:.0} | {child} |\n",
            jobs.peer,
            jobs.workers,
            jobs.jobs_per_second,
            jobs.rendering * 100.0,
            jobs.worker_mib
        )
    }
}

#[cfg(test)]
mod tests {
    use darkroom_bench_report::Machine;

    use super::*;
    use crate::report::{Latency, UploadReport};

    fn report() -> Report {
        let jobs = |peer, jobs_per_second, child_mib| Jobs {
            peer,
            workers: 2,
            jobs_per_second,
            rendering: 0.98,
            cpu_ms: 1.25,
            worker_mib: 20.0,
            child_mib,
        };
        let latency = Latency {
            p50_ms: 100.0,
            p95_ms: 120.0,
            p99_ms: 130.0,
            beyond_rendering_p50_ms: 4.0,
            beyond_rendering_p95_ms: 6.0,
        };
        Report {
            date: "2026-01-31".to_owned(),
            machine: Machine::current(),
            photos: 8,
            photo_bytes: 23_000_000,
            runs: 3,
            bare_per_second: 5.0,
            clouds: vec![CloudReport {
                name: "Embedded cloud",
                jobs: vec![jobs("Darkroom", 9.5, 45.0), jobs("Python", 2.0, 0.0)],
                latency,
            }],
            upload: Some(UploadReport {
                photos: 104,
                upload_seconds: 4.4,
                process_seconds: 4.0,
            }),
            left_out: vec!["LocalStack is left out: no Python".to_owned()],
        }
    }

    #[test]
    fn throughput_is_compared_with_bare_rendering_per_worker() {
        let text = report().to_markdown();
        assert!(
            text.contains("| Darkroom | 2 | 9.50 | 95 % | 98 % | 1.2 | 20 | 45 |"),
            "{text}"
        );
        assert!(
            text.contains("| Python | 2 | 2.00 | – | 98 % | – | 20 | – |"),
            "{text}"
        );
        assert!(
            text.contains("4.40 s, `darkroom process` 4.00 s (1.10 x)"),
            "{text}"
        );
        assert!(
            text.ends_with("\nLocalStack is left out: no Python.\n"),
            "{text}"
        );
    }

    #[test]
    fn the_chart_and_the_json_file_contain_the_throughputs() {
        let folder = tempfile::tempdir().unwrap();
        let (json, svg) = (folder.path().join("a.json"), folder.path().join("a.svg"));
        report().write_json(&json).unwrap();
        report().write_svg(&svg).unwrap();
        let json = std::fs::read(json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["clouds"][0]["jobs"][0]["jobs_per_second"], 9.5);
        let svg = std::fs::read_to_string(svg).unwrap();
        assert!(
            svg.contains(">2 × Darkroom</text>") && svg.contains(">9.50</text>"),
            "{svg}"
        );
    }
}
