//! Series that exist before anything is counted.

use super::ALL;
use super::kind::LabelDefinition;

/// Creates every series for which all label values are known, and starts it at zero. The values
/// come from the declaration or from `known`, which lists the values of labels that depend on the
/// deployment.
///
/// A series that already exists keeps its value.
pub fn start_at_zero(known: &[(&str, &[&str])]) {
    for metric in ALL {
        let labels = metric.labels().iter();
        let values: Option<Vec<&[&str]>> = labels.map(|label| values(label, known)).collect();
        for combination in values.iter().flat_map(|values| product(values)) {
            metric.start(&combination);
        }
    }
}

/// Returns the values of a label, or `None` if they are not known.
fn values<'a>(label: &LabelDefinition, known: &[(&str, &'a [&'a str])]) -> Option<&'a [&'a str]> {
    if !label.values.is_empty() {
        return Some(label.values);
    }
    let found = known.iter().find(|(name, _)| *name == label.name);
    found.map(|(_, values)| *values)
}

/// Returns every combination of one value of each label.
fn product<'a>(values: &[&[&'a str]]) -> Vec<Vec<&'a str>> {
    let mut combinations = vec![Vec::new()];
    for values in values {
        let longer = combinations.iter().flat_map(|combination: &Vec<&str>| {
            values
                .iter()
                .map(|value| [&**combination, &[*value]].concat())
        });
        combinations = longer.collect();
    }
    combinations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_holds_every_combination_once() {
        assert_eq!(product(&[]), [[""; 0]]);
        let combinations = product(&[&["a", "b"], &["x"], &["1", "2"]]);
        let expected = [
            ["a", "x", "1"],
            ["a", "x", "2"],
            ["b", "x", "1"],
            ["b", "x", "2"],
        ];
        assert_eq!(combinations, expected);
        assert!(product(&[&["a"], &[]]).is_empty());
    }

    #[test]
    fn the_values_of_the_deployment_do_not_replace_declared_ones() {
        let closed = LabelDefinition {
            name: "result",
            values: &["a"],
        };
        let open = LabelDefinition {
            name: "queue",
            values: &[],
        };
        let known: &[(&str, &[&str])] = &[("queue", &["q"]), ("result", &["b"])];
        assert_eq!(values(&closed, known), Some(&["a"][..]));
        assert_eq!(values(&open, known), Some(&["q"][..]));
        assert_eq!(values(&open, &[]), None);
    }
}
