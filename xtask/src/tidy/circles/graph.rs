//! The graph of files and imports, and its circles.

use std::collections::{BTreeMap, VecDeque};

/// An import of one file by another.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The import as it is written.
    pub(super) import: String,
    /// Its line in the importing file.
    pub(super) line: usize,
}

/// Files that all import each other, directly or not.
#[derive(Debug)]
pub(super) struct Circle {
    /// The files, in order.
    pub(super) members: Vec<usize>,
    /// A shortest way from one of them back to itself.
    pub(super) edges: Vec<Edge>,
}

/// The imports between the files of a crate.
#[derive(Debug)]
pub(super) struct Graph {
    /// For each file the first import of each other file.
    imports: Vec<BTreeMap<usize, Edge>>,
}

impl Graph {
    pub(super) fn new(files: usize) -> Self {
        Self {
            imports: vec![BTreeMap::new(); files],
        }
    }

    /// Adds an import; those within a file do not count.
    pub(super) fn add(&mut self, edge: Edge) {
        if edge.from != edge.to {
            self.imports[edge.from].entry(edge.to).or_insert(edge);
        }
    }

    /// Finds the strongly connected components of two or more files.
    pub(super) fn circles(&self) -> Vec<Circle> {
        let files = 0..self.imports.len();
        let reached: Vec<Vec<bool>> = files.clone().map(|file| self.reached_from(file)).collect();
        let mut circles = Vec::new();
        for first in files.clone() {
            let members: Vec<usize> = files
                .clone()
                .filter(|file| reached[first][*file] && reached[*file][first])
                .collect();
            // Each component is reported once, for its first member.
            if members.first() == Some(&first) {
                let routes = members.iter().filter_map(|file| self.way_back(*file));
                if let Some(edges) = routes.min_by_key(Vec::len) {
                    circles.push(Circle { members, edges });
                }
            }
        }
        circles
    }

    /// The files that can be reached with at least one import.
    fn reached_from(&self, start: usize) -> Vec<bool> {
        let mut reached = vec![false; self.imports.len()];
        let mut waiting: Vec<usize> = vec![start];
        while let Some(file) = waiting.pop() {
            for next in self.imports[file].keys() {
                if !reached[*next] {
                    reached[*next] = true;
                    waiting.push(*next);
                }
            }
        }
        reached
    }

    /// A shortest way from a file back to itself.
    fn way_back(&self, start: usize) -> Option<Vec<Edge>> {
        let mut reached_by: Vec<Option<&Edge>> = vec![None; self.imports.len()];
        let mut waiting = VecDeque::from([start]);
        while let Some(file) = waiting.pop_front() {
            for (next, edge) in &self.imports[file] {
                if reached_by[*next].is_none() {
                    reached_by[*next] = Some(edge);
                    waiting.push_back(*next);
                }
            }
        }
        let mut edges = Vec::new();
        let mut file = start;
        loop {
            let edge = reached_by[file]?;
            edges.push(edge.clone());
            file = edge.from;
            if file == start {
                edges.reverse();
                return Some(edges);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(edges: &[(usize, usize)]) -> Vec<(Vec<usize>, usize)> {
        let mut graph = Graph::new(6);
        for (from, to) in edges {
            graph.add(Edge {
                from: *from,
                to: *to,
                import: String::new(),
                line: 1,
            });
        }
        let circles = graph.circles().into_iter();
        circles
            .map(|circle| (circle.members, circle.edges.len()))
            .collect()
    }

    #[test]
    fn each_component_is_reported_once_with_its_shortest_circle() {
        assert_eq!(circles(&[(0, 1), (1, 2), (0, 2), (3, 3)]), []);
        assert_eq!(circles(&[(0, 1), (1, 2), (2, 0)]), [(vec![0, 1, 2], 3)]);
        assert_eq!(
            circles(&[(0, 1), (1, 2), (2, 0), (2, 1), (2, 3), (4, 5), (5, 4)]),
            [(vec![0, 1, 2], 2), (vec![4, 5], 2)]
        );
    }
}
