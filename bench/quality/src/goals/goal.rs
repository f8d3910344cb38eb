//! A goal and its figure.

use serde::Serialize;

/// The direction of a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Larger figures are better.
    AtLeast,
    /// Smaller figures are better.
    AtMost,
}

/// The comparison of a figure with its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalStatus {
    /// The goal is reached.
    Goal,
    /// The floor is reached, but not the goal.
    Floor,
    /// Not even the floor is reached.
    Missed,
    /// There is no figure.
    NotMeasured,
}

impl GoalStatus {
    /// Returns the text of a table.
    pub fn text(self) -> &'static str {
        match self {
            Self::Goal => "goal reached",
            Self::Floor => "floor reached",
            Self::Missed => "**missed**",
            Self::NotMeasured => "not measured",
        }
    }
}

/// A goal and its figure.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// The subject.
    pub what: String,
    /// The unit, or an empty text for a ratio.
    pub unit: &'static str,
    /// The direction.
    pub bound: Bound,
    /// The figure to reach.
    pub goal: f64,
    /// The figure that must be reached. It is the goal itself if there is no other.
    pub floor: f64,
    /// The figure, unless it was not measured.
    pub measured: Option<f64>,
}

impl Goal {
    /// Creates a goal that a figure must reach from below.
    pub fn at_least(what: impl Into<String>, goal: f64, floor: f64, measured: Option<f64>) -> Self {
        Self::new(what.into(), Bound::AtLeast, (goal, floor), measured)
    }

    /// Creates a goal that a figure must not exceed.
    pub fn at_most(what: impl Into<String>, goal: f64, floor: f64, measured: Option<f64>) -> Self {
        Self::new(what.into(), Bound::AtMost, (goal, floor), measured)
    }

    fn new(what: String, bound: Bound, (goal, floor): (f64, f64), measured: Option<f64>) -> Self {
        Self {
            what,
            unit: "",
            bound,
            goal,
            floor,
            measured,
        }
    }

    /// Sets the unit.
    #[must_use]
    pub fn with_unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    /// Compares the figure with the goal and the floor.
    pub fn status(&self) -> GoalStatus {
        let Some(measured) = self.measured else {
            return GoalStatus::NotMeasured;
        };
        let reaches = |limit: f64| match self.bound {
            Bound::AtLeast => measured >= limit,
            Bound::AtMost => measured <= limit,
        };
        match (reaches(self.goal), reaches(self.floor)) {
            (true, _) => GoalStatus::Goal,
            (false, true) => GoalStatus::Floor,
            (false, false) => GoalStatus::Missed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_compared_in_the_direction_of_their_goal() {
        let statuses =
            [5.0, 4.0, 3.0].map(|figure| Goal::at_least("speed", 5.0, 3.5, Some(figure)).status());
        assert_eq!(
            statuses,
            [GoalStatus::Goal, GoalStatus::Floor, GoalStatus::Missed]
        );
        let statuses =
            [1.1, 1.3, 1.4].map(|figure| Goal::at_most("time", 1.1, 1.3, Some(figure)).status());
        assert_eq!(
            statuses,
            [GoalStatus::Goal, GoalStatus::Floor, GoalStatus::Missed]
        );
        let goal = Goal::at_most("time", 1.1, 1.3, None);
        assert_eq!(goal.status(), GoalStatus::NotMeasured);
    }
}
