//! A bar of parts, drawn as SVG without a style of its own: what it says stands beside it in words.

use askama::Template;

/// What a part of a bar is, by which the style sheet colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Settled.
    Done,
    /// Asked for.
    UnderWay,
    /// Wants to be looked at.
    Attention,
    /// Failed.
    Problem,
    /// What is left: the ground of the bar.
    Rest,
}

impl Part {
    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Done => "part-done",
            Self::UnderWay => "part-under-way",
            Self::Attention => "part-attention",
            Self::Problem => "part-problem",
            Self::Rest => "part-rest",
        }
    }
}

/// The parts, each from where to how wide, in thousandths of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "components/bar.html")]
pub struct Bar {
    parts: Vec<(Part, i64, i64)>,
}

impl askama::filters::HtmlSafe for Bar {}

/// The least width of a part that is not empty, in thousandths: one person of many is still seen.
const LEAST: i64 = 15;

impl Bar {
    /// The parts of `whole`, from the left; what is left over is the ground.
    pub fn of(whole: i64, parts: &[(Part, i64)]) -> Self {
        let mut from = 0;
        let parts = parts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(part, count)| {
                let width = (count * 1000 / whole.max(1)).max(LEAST).min(1000 - from);
                let at = from;
                from += width;
                (*part, at, width)
            })
            .collect();
        Self { parts }
    }

    /// Class, start and width of each part, the lengths in percent.
    fn drawn(&self) -> impl Iterator<Item = (&'static str, String, String)> {
        self.parts
            .iter()
            .map(|(part, from, width)| (part.class(), percent(*from), percent(*width)))
    }

    /// Start and width of each part, in percent.
    #[cfg(test)]
    pub fn percents(&self) -> Vec<String> {
        self.drawn()
            .map(|(_, from, width)| format!("{from}+{width}"))
            .collect()
    }
}

fn percent(per_mille: i64) -> String {
    format!("{}.{}", per_mille / 10, per_mille % 10)
}
