//! The table: a row a figure, the portal beside the bare page and the peer, and what was allowed.

use std::fmt::{self, Display, Formatter};

/// All figures so far.
#[derive(Debug, Default)]
pub struct Table(Vec<Row>);

/// One figure of the pages that have it.
#[derive(Debug, Clone)]
pub struct Row {
    figure: String,
    unit: Unit,
    portal: f64,
    bare: Option<f64>,
    peer: Option<f64>,
    goal: Option<Goal>,
}

/// What a number counts.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// The longest task in milliseconds; the browser tells of none under 50.
    Task,
    /// Kilobytes of 1,000 bytes.
    Kb,
    /// Megabytes of 1,000,000 bytes, of a number of bytes.
    Mb,
    /// How many times something else.
    Times,
    /// A score without a unit.
    Score,
}

/// What the issue allows the portal, and what it aims at.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Of the portal's number itself.
    Number(f64, f64),
    /// Of the portal's number divided by the bare page's.
    OfBare(f64, f64),
    /// Aimed at, of the portal's number divided by the peer's.
    OfPeer(f64),
    /// The least that is aimed at.
    AtLeast(f64),
}

impl Row {
    /// A figure that only the portal has so far.
    pub fn new(figure: impl Into<String>, unit: Unit, portal: f64) -> Row {
        Row {
            figure: figure.into(),
            unit,
            portal,
            bare: None,
            peer: None,
            goal: None,
        }
    }

    /// The same of the bare page.
    pub fn bare(self, bare: f64) -> Row {
        let bare = Some(bare);
        Row { bare, ..self }
    }

    /// The same of the peer.
    pub fn peer(self, peer: f64) -> Row {
        let peer = Some(peer);
        Row { peer, ..self }
    }

    /// What was allowed and aimed at.
    pub fn goal(self, goal: Goal) -> Row {
        let goal = Some(goal);
        Row { goal, ..self }
    }

    /// How many times as long as the bare page. Of sizes that says nothing: it has next to none.
    fn of_bare(&self, value: f64) -> Option<f64> {
        let bare = self.bare.filter(|_| matches!(self.unit, Unit::Ms))?;
        Some(value / bare)
    }

    /// Allowed and aimed at, each with whether the portal keeps to it.
    fn goals(&self) -> [String; 2] {
        // As precisely as it is printed: 1.25 is within 1.25.
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        let verdict = |is_kept| if is_kept { "kept" } else { "**over**" };
        let most = |value: f64, limit: f64, unit: Unit| {
            format!("{} {}", unit.limit(limit), verdict(rounded(value) <= limit))
        };
        let beside = "a goal beside another page has it measured";
        match self.goal {
            Some(Goal::Number(allowed, aim)) => {
                [allowed, aim].map(|limit| most(self.portal, limit, self.unit))
            }
            Some(Goal::OfBare(allowed, aim)) => {
                let value = self.of_bare(self.portal).expect(beside);
                [allowed, aim].map(|limit| most(value, limit, Unit::Times))
            }
            Some(Goal::OfPeer(aim)) => {
                let value = self.portal / self.peer.expect(beside);
                let verdict = verdict(rounded(value) <= aim);
                [
                    String::new(),
                    format!("{aim} of peer {verdict} ({value:.2})"),
                ]
            }
            Some(Goal::AtLeast(aim)) => {
                let verdict = if self.portal >= aim {
                    "kept"
                } else {
                    "**under**"
                };
                [
                    String::new(),
                    format!("at least {} {verdict}", self.unit.limit(aim)),
                ]
            }
            None => [String::new(), String::new()],
        }
    }
}

impl Unit {
    fn say(self, value: f64) -> String {
        match self {
            Unit::Task if value == 0.0 => "< 50 ms".to_owned(),
            Unit::Ms | Unit::Task => format!("{value:.0} ms"),
            Unit::Kb => format!("{value:.1} KB"),
            Unit::Mb => format!("{:.0} MB", value / 1e6),
            Unit::Times => format!("{value:.2}"),
            Unit::Score => format!("{value:.4}"),
        }
    }

    fn limit(self, limit: f64) -> String {
        match self {
            Unit::Ms | Unit::Task => format!("{limit} ms"),
            Unit::Kb => format!("{limit} KB"),
            Unit::Mb => format!("{:.0} MB", limit / 1e6),
            Unit::Times | Unit::Score => limit.to_string(),
        }
    }
}

impl Table {
    /// Adds a figure, and says it at once: a run takes minutes.
    pub fn add(&mut self, row: Row) {
        println!("{}: {}", row.figure, row.unit.say(row.portal));
        self.0.push(row);
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| figure | portal | bare page | peer | portal, of bare | peer, of bare | allowed | aim |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|---:|")?;
        for row in &self.0 {
            let say = |value: Option<f64>| value.map(|value| row.unit.say(value));
            let ratio = |value: Option<f64>| {
                let ratio = value.and_then(|value| row.of_bare(value));
                ratio.map(|ratio| format!("{ratio:.2}"))
            };
            let cells = [
                Some(row.figure.clone()),
                say(Some(row.portal)),
                say(row.bare),
                say(row.peer),
                ratio(Some(row.portal)),
                ratio(row.peer),
            ];
            let cells = cells.into_iter().map(Option::unwrap_or_default);
            let cells: Vec<String> = cells.chain(row.goals()).collect();
            writeln!(f, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}
