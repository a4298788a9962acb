//! Reads files of rules, and makes sure that ids are unique and references lead to rules.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::CustomRules;
use crate::input::read_whole;
use crate::model::hashed_file::HashedFile;
use crate::rules::{Product, Rule};
use crate::sigma::correlation::{Correlator, Shared};
use crate::sigma::engine::{Correlation, Detection, Documents, parse};
use crate::sigma::header::Header;
use crate::sigma::matcher::{Detector, List, Matcher};
use crate::sigma::problem::{Problem, at, described};
use crate::sigma::rule::{Parts, id_of, product, rule};
use crate::text::position::{Position, utf8};

/// How many rules there may be. Every event could be compared with each of them.
const MAX_RULES: usize = 10_000;

/// A rule with its place.
struct Placed<T> {
    item: T,
    /// The index of its file.
    file: usize,
}

/// A file that was read.
struct RuleFile {
    name: String,
    text: String,
}

/// The rules of all files, and what is wrong with them.
#[derive(Default)]
struct Loader {
    files: Vec<RuleFile>,
    detections: Vec<Placed<Detection>>,
    correlations: Vec<Placed<Correlation>>,
    /// The problems of files that were read, by the index of the file.
    problems: Vec<(usize, Problem)>,
    /// Why files could not be read.
    unread: Vec<String>,
}

/// Reads the rules of some files.
pub fn load(files: &[PathBuf], built_in: &[&'static Rule]) -> Result<CustomRules, Vec<String>> {
    let (mut loader, mut hashed) = (Loader::default(), Vec::new());
    let mut seen = BTreeSet::new();
    for path in files {
        let is_new = path.canonicalize().is_ok_and(|path| seen.insert(path));
        if is_new && let Some(file) = loader.add(path) {
            hashed.push(file);
        }
    }
    let references = loader.checked(built_in)?;
    let (mut rules, detectors) = loader.rules(&references);
    rules.sort_by_key(|rule| rule.id);
    let matcher = (!rules.is_empty()).then(|| Arc::new(Matcher::new(detectors)) as _);
    Ok(CustomRules { rules, matcher, files: hashed })
}

impl Loader {
    /// Reads a file.
    fn add(&mut self, path: &Path) -> Option<HashedFile> {
        let name = path.display().to_string();
        let bytes = match read_whole(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unread.push(format!("{name}: cannot be read: {error}"));
                return None;
            }
        };
        let text = match utf8(&bytes) {
            Ok(text) => text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned(),
            Err(Position { line, column }) => {
                self.unread.push(format!("{name}:{line}:{column}: the rule is not UTF-8 here"));
                return None;
            }
        };
        let Documents { detections, correlations, problems } = parse(&text);
        let file = self.files.len();
        if detections.is_empty() && correlations.is_empty() && problems.is_empty() {
            let message = "the file holds no rule; a rule begins with `title:`".to_owned();
            self.problems.push((file, (Position::START, message)));
        }
        self.problems.extend(problems.iter().map(|told| (file, described(&text, told))));
        self.detections.extend(detections.into_iter().map(|item| Placed { item, file }));
        self.correlations.extend(correlations.into_iter().map(|item| Placed { item, file }));
        self.files.push(RuleFile { name, text });
        Some(HashedFile::of(path, &bytes))
    }

    /// For each correlation, the detections that it refers to; fails with every problem. What refers to what is known only
    /// if all documents are rules.
    fn checked(&mut self, built_in: &[&'static Rule]) -> Result<Vec<Vec<usize>>, Vec<String>> {
        let mut references = Vec::new();
        if self.problems.is_empty() && self.unread.is_empty() {
            self.check_ids(built_in);
            references = self.references();
        }
        let rules = self.headers().count() + references.iter().map(Vec::len).sum::<usize>();
        if rules > MAX_RULES {
            self.unread
                .push(format!("there are {rules} custom rules and references; at most {MAX_RULES} are read"));
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort();
        let lines = problems.into_iter().map(|(file, (Position { line, column }, message))| {
            format!("{}:{line}:{column}: {message}", self.files[file].name)
        });
        let lines: Vec<_> = self.unread.iter().cloned().chain(lines).collect();
        if lines.is_empty() { Ok(references) } else { Err(lines) }
    }

    /// The header of every rule, with its file.
    fn headers(&self) -> impl Iterator<Item = (&Header, usize)> {
        let detections = self.detections.iter().map(|it| (&it.item.header, it.file));
        detections.chain(self.correlations.iter().map(|it| (&it.item.header, it.file)))
    }

    fn problem(&self, file: usize, needle: &str, message: String) -> (usize, Problem) {
        (file, at(&self.files[file].text, needle, message))
    }

    /// Adds a problem for every rule whose id another one has.
    fn check_ids(&mut self, built_in: &[&'static Rule]) {
        let mut files: HashMap<String, usize> = HashMap::new();
        let mut problems = Vec::new();
        for (header, file) in self.headers() {
            let id = id_of(header);
            let needle = header.name.as_deref().unwrap_or(&header.title);
            let message = if id.is_empty() {
                "the rule has no id, as neither its name nor its title has Latin letters or digits; give `name:`".to_owned()
            } else if built_in.iter().any(|rule| rule.id == id) {
                format!("the id `{id}` is that of a built-in rule; give another `name:`")
            } else if let Some(other) = files.insert(id.clone(), file) {
                format!(
                    "the id `{id}` is also that of a rule in {}; give one of them another `name:`",
                    self.files[other].name
                )
            } else {
                continue;
            };
            problems.push(self.problem(file, needle, message));
        }
        self.problems.extend(problems);
    }

    /// For each correlation, the detections that it refers to; adds a problem for each reference that leads nowhere.
    fn references(&mut self) -> Vec<Vec<usize>> {
        let mut problems = Vec::new();
        let mut all = Vec::new();
        for Placed { item, file } in &self.correlations {
            let mut found = Vec::new();
            for name in &item.rules {
                let is_it = |header: &Header| {
                    [&header.name, &header.id].into_iter().flatten().any(|other| other == name)
                        || id_of(header) == *name
                };
                let detection = self.detections.iter().position(|other| is_it(&other.item.header));
                let message = match detection {
                    Some(detection) if !found.contains(&detection) => {
                        found.push(detection);
                        continue;
                    }
                    Some(_) => format!("`{name}` is there twice; name each rule once"),
                    None if self.correlations.iter().any(|other| is_it(&other.item.header)) => {
                        format!("`{name}` is a correlation too; name rules about single events")
                    }
                    None => format!("no rule has the name or id `{name}`; also give the file that has it"),
                };
                // References are elements of a list.
                problems.push(self.problem(*file, &format!("- {name}"), message));
            }
            all.push(found);
        }
        self.problems.extend(problems);
        all
    }

    /// The rules, and how their events are found. A rule that a correlation refers to has findings of its own only if the
    /// correlation says so.
    fn rules(self, references: &[Vec<usize>]) -> (Vec<&'static Rule>, Vec<Detector>) {
        let Self { files, detections, correlations, .. } = self;
        let (mut rules, mut detectors, mut next) = (Vec::new(), Vec::new(), 0..);
        let mut number = || next.next().unwrap_or(u16::MAX);
        let used_by =
            |detection| (0..references.len()).filter(move |at| references[*at].contains(&detection));
        for (at, Placed { item, file }) in detections.into_iter().enumerate() {
            let product = product(item.product.as_deref());
            let mut lists = Vec::new();
            let is_own = used_by(at).all(|correlation| correlations[correlation].item.generate);
            if is_own {
                lists.push(List { number: number(), correlation: None });
                let lists = lists.iter().map(|list| list.number).collect();
                rules.push(rule(Parts {
                    header: item.header.clone(),
                    file: files[file].name.clone(),
                    product: product.clone(),
                    reads_lines: item.reads_lines,
                    lists,
                    correlation: None,
                }));
            }
            detectors.push(Detector { detection: item, product, lists });
        }
        for (Placed { item, file }, references) in correlations.into_iter().zip(references) {
            let header = item.header.clone();
            let shared: Shared = Arc::new(item);
            let mut lists = Vec::new();
            for detection in references {
                let list = number();
                lists.push(list);
                let correlation = Some(Arc::clone(&shared));
                detectors[*detection].lists.push(List { number: list, correlation });
            }
            let ours: Vec<_> = references.iter().map(|detection| &detectors[*detection]).collect();
            rules.push(rule(Parts {
                header,
                file: files[file].name.clone(),
                product: common_product(&ours),
                reads_lines: shared.reads_lines || ours.iter().any(|it| it.detection.reads_lines),
                lists: lists.clone(),
                correlation: Some(Box::new(Correlator::new(shared, lists))),
            }));
        }
        (rules, detectors)
    }
}

/// The product that all of them are about; a correlation with a product that no source reads cannot be judged.
fn common_product(detectors: &[&Detector]) -> Product {
    let unread = detectors.iter().find(|it| matches!(it.product, Product::Unread(_)));
    let first = detectors.first().map_or(Product::Any, |it| it.product.clone());
    match unread {
        Some(unread) => unread.product.clone(),
        None if detectors.iter().all(|it| it.product == first) => first,
        None => Product::Any,
    }
}
