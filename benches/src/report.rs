//! How figures are shown: a JSON line for programs, a table for people.

use std::fmt::Write as _;

use serde::Serialize;

/// One measured figure. Members that a scenario has nothing to say about are absent from the line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figure {
    /// Name of the scenario.
    pub scenario: &'static str,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// What was measured, best of the runs.
    pub value: f64,
    /// What `value` counts.
    pub unit: &'static str,
    /// The raw limit, measured in the same run on the same cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// `value / limit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Median latency in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// 99th percentile of the latency in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    /// Consents in the ledger during the measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
}

/// All figures of a run.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// Adds a figure as the next row.
    pub fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// One row for each figure, columns aligned, a dash where there is nothing to say.
    pub fn table(&self) -> String {
        let mut table = format!(
            "{:<18} {:<9} {:>12} {:<8} {:>12} {:>6} {:>9} {:>9}\n",
            "scenario", "engine", "value", "unit", "limit", "ratio", "p50 ms", "p99 ms"
        );
        for figure in &self.figures {
            // Writing to a String cannot fail.
            let _ = writeln!(
                table,
                "{:<18} {:<9} {:>12} {:<8} {:>12} {:>6} {:>9} {:>9}",
                figure.scenario,
                figure.engine,
                shown(Some(figure.value)),
                figure.unit,
                shown(figure.limit),
                figure
                    .ratio
                    .map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
                shown(figure.p50_ms),
                shown(figure.p99_ms),
            );
        }
        table
    }
}

/// About three digits that mean something.
fn shown(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Report};

    fn start() -> Figure {
        Figure {
            scenario: "start",
            engine: "sqlite",
            value: 41.25,
            unit: "ms",
            ..Figure::default()
        }
    }

    #[test]
    fn a_line_leaves_out_what_was_not_measured() {
        assert_eq!(
            serde_json::to_string(&start()).unwrap(),
            r#"{"scenario":"start","engine":"sqlite","value":41.25,"unit":"ms"}"#
        );
    }

    #[test]
    fn a_table_shows_value_limit_and_ratio() {
        let mut report = Report::default();
        report.add(Figure {
            scenario: "grant",
            engine: "sqlite",
            value: 17_000.4,
            unit: "/s",
            limit: Some(38_000.0),
            ratio: Some(0.447),
            p50_ms: Some(3.217),
            p99_ms: Some(29.01),
            records: None,
        });
        let table = report.table();
        let row: Vec<_> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(
            row,
            ["grant", "sqlite", "17000", "/s", "38000", "0.45", "3.22", "29.0"]
        );
    }
}
