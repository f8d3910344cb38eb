//! Cycles of imports.

use std::collections::BTreeSet;

/// Returns the groups of two or more nodes that can reach each other along `edges`. Each group is
/// sorted.
pub(super) fn groups(nodes: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let reachable: Vec<BTreeSet<usize>> = (0..nodes).map(|node| reachable(node, edges)).collect();
    let mut grouped = BTreeSet::new();
    let mut groups = Vec::new();
    for node in 0..nodes {
        let of_node = reachable[node]
            .iter()
            .copied()
            .filter(|&other| other != node && reachable[other].contains(&node));
        let mut group: Vec<usize> = of_node.chain([node]).collect();
        group.sort_unstable();
        if group.len() > 1 && grouped.insert(group[0]) {
            groups.push(group);
        }
    }
    groups
}

fn reachable(from: usize, edges: &BTreeSet<(usize, usize)>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for &(_, next) in edges.range((node, 0)..=(node, usize::MAX)) {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_reach_each_other_are_a_group() {
        let edges = BTreeSet::from([(0, 1), (1, 2), (2, 0), (2, 3), (4, 5), (5, 4)]);
        assert_eq!(groups(6, &edges), [vec![0, 1, 2], vec![4, 5]]);
        assert!(groups(3, &BTreeSet::from([(0, 1), (1, 2), (0, 2)])).is_empty());
    }
}
