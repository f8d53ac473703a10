//! What was measured, as a table for people and as JSON for programs.

use std::path::Path;

use serde_json::{Value, json};

use crate::statistics::median;

/// One thing measured once.
#[derive(Debug)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    floor: Option<f64>,
    goal: Option<Goal>,
}

/// What a figure is hoped to be.
#[derive(Debug, Clone, Copy)]
enum Goal {
    AtMost(f64),
    TimesFloor(f64),
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, floor: None, goal: None }
    }

    /// The same beside the least it can be.
    pub(crate) fn over(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }

    pub(crate) fn at_most(self, goal: f64) -> Self {
        Self { goal: Some(Goal::AtMost(goal)), ..self }
    }

    pub(crate) fn at_most_times_floor(self, goal: f64) -> Self {
        Self { goal: Some(Goal::TimesFloor(goal)), ..self }
    }
}

/// A figure in all its rounds.
#[derive(Debug)]
struct Line {
    scenario: &'static str,
    rounds: Vec<Figure>,
    /// The load of the machine after each round.
    loads: Vec<String>,
}

impl Line {
    fn first(&self) -> &Figure {
        &self.rounds[0]
    }

    fn values(&self) -> Vec<f64> {
        self.rounds.iter().map(|figure| figure.value).collect()
    }

    fn times_floor(&self) -> Option<f64> {
        let ratios: Option<Vec<f64>> =
            self.rounds.iter().map(|figure| Some(figure.value / figure.floor?)).collect();
        ratios.map(|ratios| median(&ratios))
    }

    /// The goal, and whether it is met.
    fn goal(&self) -> Option<(String, bool)> {
        Some(match (self.first().goal?, self.times_floor()) {
            (Goal::AtMost(most), _) => (format!("≤ {most}"), median(&self.values()).abs() <= most),
            (Goal::TimesFloor(most), ratio) => {
                (format!("≤ {most} ×"), ratio.is_some_and(|ratio| ratio <= most))
            }
        })
    }

    fn row(&self) -> String {
        let values = self.values();
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        let spread = if values.len() > 1 { format!("{least:.1}–{most:.1}") } else { String::new() };
        let floor = self.times_floor().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let (goal, met) = self.goal().unwrap_or_default();
        let met = if goal.is_empty() {
            ""
        } else if met {
            "yes"
        } else {
            "no"
        };
        let Figure { name, unit, .. } = self.first();
        let loads = self.loads.join(" ");
        let middle = median(&values);
        format!("| {name} | {middle:.1} | {unit} | {spread} | {floor} | {goal} | {met} | {loads} |")
    }

    fn json(&self) -> Value {
        let Figure { name, unit, .. } = self.first();
        let floors: Vec<_> = self.rounds.iter().map(|figure| figure.floor).collect();
        let goal = self.goal();
        json!({
            "scenario": self.scenario, "name": name, "unit": unit, "values": self.values(), "floors": floors,
            "times_floor": self.times_floor(), "goal": goal.as_ref().map(|(goal, _)| goal),
            "met": goal.as_ref().map(|(_, met)| met), "load": self.loads,
        })
    }
}

/// Everything measured in one run.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Line>);

impl Report {
    pub(crate) fn add(&mut self, scenario: &'static str, figures: Vec<Figure>, load: &str) {
        for figure in figures {
            let known = self.0.iter_mut().find(|line| line.first().name == figure.name);
            if let Some(line) = known {
                line.rounds.push(figure);
                line.loads.push(load.to_owned());
            } else {
                self.0.push(Line { scenario, rounds: vec![figure], loads: vec![load.to_owned()] });
            }
        }
    }

    pub(crate) fn table(&self) -> String {
        let head = [
            "| figure | median | unit | rounds | × floor | goal | met | load |",
            "|---|---|---|---|---|---|---|---|",
        ];
        let rows = self.0.iter().map(Line::row);
        head.into_iter().map(str::to_owned).chain(rows).fold(String::new(), |table, row| table + &row + "\n")
    }

    /// Writes `summary.md` and `raw.json` there.
    pub(crate) fn write(&self, folder: Option<&Path>) -> anyhow::Result<()> {
        let Some(folder) = folder else { return Ok(()) };
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("summary.md"), self.table())?;
        let lines: Vec<Value> = self.0.iter().map(Line::json).collect();
        std::fs::write(folder.join("raw.json"), serde_json::to_vec_pretty(&lines)?)?;
        Ok(())
    }
}
