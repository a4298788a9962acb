//! Generated histories: some days in which a few administrators and webhooks change the connections of
//! a few organizations, told in lines that come again, in any order and in several files.

use serde_json::Value;

use super::dice::Dice;
use super::events::Maker;
use super::time::nanoseconds;
use super::twists::{Twist, Twists};

pub const SECOND: i128 = 1_000_000_000;
pub const DAY: i128 = 86_400 * SECOND;

/// A generated history.
#[derive(Clone, Debug)]
pub struct History {
    /// By file its lines.
    pub files: Vec<Vec<String>>,
    /// What is taken for the present.
    pub now: i128,
    /// Two sources log the same connections.
    pub is_joined: bool,
    /// The first moment.
    pub begin: i128,
    /// The last moment of what is not dated later than the present.
    pub end: i128,
}

/// The history of a seed.
pub fn history(seed: u64, twists: &Twists) -> History {
    let mut dice = Dice::new(seed);
    let begin = nanoseconds("2025-03-03T06:00:00Z").unwrap() + dice.below(5) as i128 * DAY;
    let most = if dice.percent(70) { 25 } else { 58 };
    let count = 3 + dice.below(most);
    let is_joined = twists.has(Twist::Joined) && dice.percent(40);
    let mut maker = Maker::new(dice, twists);
    maker.is_joined = is_joined;
    let mut lines: Vec<String> = Vec::new();
    let mut time = begin;
    let mut end = begin;
    let now = begin + 10 * DAY;
    for _ in 0..count {
        time += maker.pause();
        // Far from the present, so that its edge is somebody else's matter.
        if time > begin + 9 * DAY {
            break;
        }
        end = time;
        maker.event(time, &mut lines);
    }
    if twists.has(Twist::Future) && maker.dice.percent(60) {
        for _ in 0..=maker.dice.below(2) {
            let time = if maker.dice.percent(70) {
                nanoseconds("2052-01-01T00:00:00Z").unwrap() + maker.dice.below(9000) as i128 * SECOND
            } else {
                now + DAY + maker.dice.below(9000) as i128 * SECOND
            };
            maker.event(time, &mut lines);
        }
    }
    let mut dice = maker.dice;
    if dice.percent(10) {
        lines.push((dice.pick(&["not json", "{\"action\":\"sso.view_settings\"", "{}"])).to_owned());
    }
    if dice.percent(60) {
        dice.shuffle(&mut lines);
    }
    let mut files = vec![Vec::new(); 1 + dice.below(3)];
    let count = files.len();
    lines.into_iter().for_each(|line| files[dice.below(count)].push(line));
    for file in &mut files {
        // What does not begin with a whole line is not read as lines.
        let first = file.iter().position(|line| is_whole(line)).unwrap_or(file.len());
        if first == file.len() {
            file.clear();
        } else {
            file.swap(0, first);
        }
    }
    files.retain(|file| !file.is_empty());
    History { files, now, is_joined, begin, end }
}

/// Whether a line is JSON.
pub fn is_whole(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok()
}
