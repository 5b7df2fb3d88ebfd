//! Names: who is called what in a walk.
//!
//! Where a target has a directory of its own, names are taken from that. Else users have names as a directory
//! gives them, all in one of a few styles; callers from elsewhere may
//! have numbers. Agents never do, for a number stands in many a message and gives nobody away. No name
//! is a word of SIP, of the drill's, or part of another's, so that whoever finds one knows who is meant.

use std::collections::BTreeSet;

use model::directory::{Directory, Entries, Listed};

use crate::lots::Lots;

/// Given names.
const GIVEN: [&str; 112] = [
    "adele",
    "agnes",
    "albert",
    "alina",
    "alois",
    "amalia",
    "andreas",
    "anneli",
    "antonia",
    "arthur",
    "astrid",
    "august",
    "axel",
    "barbara",
    "beatrix",
    "benno",
    "bettina",
    "birgit",
    "bjarne",
    "carla",
    "caspar",
    "cecilia",
    "charlotte",
    "claudia",
    "clemens",
    "conrad",
    "corinna",
    "cosima",
    "dagmar",
    "daniel",
    "dario",
    "denise",
    "detlef",
    "diana",
    "dominik",
    "dorothea",
    "eberhard",
    "edgar",
    "edith",
    "elena",
    "elmar",
    "elvira",
    "emil",
    "erika",
    "ernst",
    "esther",
    "eugen",
    "fabian",
    "felicitas",
    "ferdinand",
    "fiona",
    "florian",
    "franziska",
    "frieda",
    "gabriel",
    "georg",
    "gerda",
    "gisela",
    "gregor",
    "greta",
    "gudrun",
    "gustav",
    "hannes",
    "harald",
    "hedwig",
    "heinrich",
    "helena",
    "helga",
    "hendrik",
    "henriette",
    "hermann",
    "hilde",
    "holger",
    "ingrid",
    "irena",
    "isabella",
    "jakob",
    "janosch",
    "jasmin",
    "joachim",
    "johanna",
    "jonas",
    "judith",
    "julius",
    "karsten",
    "katharina",
    "kilian",
    "konstantin",
    "kristina",
    "lambert",
    "laura",
    "leonie",
    "lorenz",
    "ludwig",
    "magda",
    "manfred",
    "marlene",
    "matthias",
    "mirjam",
    "moritz",
    "nadine",
    "nikolaus",
    "ottilie",
    "pascal",
    "paulina",
    "quirin",
    "rebekka",
    "roland",
    "sabine",
    "tamara",
    "ursula",
    "viktor",
];

/// Family names.
const FAMILY: [&str; 72] = [
    "ackermann",
    "albrecht",
    "arnold",
    "baumann",
    "becker",
    "bergmann",
    "bischoff",
    "brandt",
    "busch",
    "daimler",
    "dietrich",
    "ebert",
    "eckert",
    "engel",
    "fiedler",
    "fischer",
    "franke",
    "friedrich",
    "gebhardt",
    "gruber",
    "haas",
    "hartmann",
    "heinze",
    "herrmann",
    "hoffmann",
    "horn",
    "huber",
    "jahnke",
    "kaiser",
    "keller",
    "kirchner",
    "klein",
    "koch",
    "kowalski",
    "kraus",
    "kuhn",
    "lehmann",
    "lindner",
    "lorenzen",
    "maier",
    "martens",
    "meyer",
    "moser",
    "nagel",
    "neumann",
    "nowak",
    "otten",
    "peters",
    "pfeiffer",
    "pohl",
    "reuter",
    "richter",
    "roth",
    "sauer",
    "schiller",
    "schmitz",
    "schneider",
    "schubert",
    "seidel",
    "sommer",
    "stein",
    "thiele",
    "ulrich",
    "vogel",
    "wagner",
    "walther",
    "weber",
    "winkler",
    "wolff",
    "zander",
    "ziegler",
    "zimmermann",
];

/// What groups are for.
const GROUP: [&str; 56] = [
    "accounting",
    "admissions",
    "allergology",
    "appliances",
    "bakery",
    "billing",
    "boatyard",
    "bookings",
    "bursary",
    "canteen",
    "cardiology",
    "carpentry",
    "catering",
    "chancery",
    "complaints",
    "courier",
    "dentistry",
    "dermatology",
    "dispensary",
    "electrics",
    "enrolment",
    "facilities",
    "florist",
    "forestry",
    "furniture",
    "glazing",
    "harbour",
    "harvest",
    "heating",
    "housekeeping",
    "insurance",
    "laundry",
    "leasing",
    "library",
    "logistics",
    "mortgages",
    "museum",
    "nursery",
    "observatory",
    "orthopaedics",
    "painting",
    "payroll",
    "pharmacy",
    "plumbing",
    "procurement",
    "radiology",
    "recruiting",
    "roofing",
    "scholarships",
    "stationery",
    "subscriptions",
    "tailoring",
    "ticketing",
    "tourism",
    "vehicles",
    "warranty",
];

/// Where groups are.
const PLACE: [&str; 12] = [
    "augsburg", "bremen", "cottbus", "dresden", "erfurt", "freiburg", "goslar", "kassel",
    "leipzig", "munich", "passau", "ulm",
];

/// How a directory writes names.
#[derive(Clone, Copy, Debug)]
enum Style {
    Given,
    GivenFamily(char),
    InitialFamily,
}

/// Draws names that were not drawn before.
pub(crate) struct Names<'a> {
    lots: &'a mut Lots,
    style: Style,
    /// Callers and callees have numbers that begin so; absent: names, like everybody.
    exchange: Option<String>,
    /// Groups have a place besides.
    places: bool,
    directory: &'a Directory,
    /// Entries of the directory that somebody has.
    listed: BTreeSet<String>,
    taken: BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// Of these lots, from this directory; with none of the names `avoided` where that says nothing.
    pub(crate) fn drawn_by(
        lots: &'a mut Lots,
        avoided: impl Iterator<Item = String>,
        directory: &'a Directory,
    ) -> Names<'a> {
        let style = match lots.below(4) {
            0 => Style::Given,
            1 => Style::GivenFamily('.'),
            2 => Style::GivenFamily('-'),
            _ => Style::InitialFamily,
        };
        let exchange = (lots.below(2) == 0).then(|| {
            let area = 300 + lots.below(600);
            let exchange = 200 + lots.below(700);
            format!("49{area}{exchange}")
        });
        Names {
            style,
            exchange,
            places: lots.below(2) == 0,
            directory,
            listed: BTreeSet::new(),
            taken: avoided.collect(),
            lots,
        }
    }

    /// A name for one of these.
    pub(crate) fn next(&mut self, listed: Listed) -> String {
        let entries = self.directory.entries(listed);
        if let Some(name) = entries.and_then(|entries| self.entry(entries)) {
            self.listed.insert(name.clone());
            self.taken.insert(name.clone());
            return name;
        }
        // There are more names than a topology has roles; if one should not: numbers do not end.
        for attempt in 0..2_000 {
            let name = self.candidate(listed, attempt >= 1_000);
            let is_free = |word: &str| !self.taken.contains(word);
            if is_free(&name) && name.split(['.', '-']).all(is_free) {
                self.taken.insert(name.clone());
                return name;
            }
        }
        let name = format!("line{}", self.taken.len());
        self.taken.insert(name.clone());
        name
    }

    /// An entry that nobody has yet: one that is drawn, or the next one after it.
    fn entry(&mut self, entries: &Entries) -> Option<String> {
        let count = entries.count();
        let drawn = self.lots.below(count);
        let mut in_turn = (drawn..count).chain(0..drawn);
        in_turn.find_map(|index| {
            let name = entries.at(index)?;
            (!self.listed.contains(&name)).then_some(name)
        })
    }

    fn candidate(&mut self, listed: Listed, scarce: bool) -> String {
        match (listed, &self.exchange) {
            (Listed::Callers | Listed::Callees, Some(exchange)) => {
                format!("{exchange}{:04}", self.lots.below(10_000))
            }
            (Listed::Groups(_), _) => self.group(scarce),
            _ if scarce => self.person(Style::GivenFamily('.')),
            _ => self.person(self.style),
        }
    }

    fn person(&mut self, style: Style) -> String {
        let given = self.word(&GIVEN);
        match style {
            Style::Given => given.to_owned(),
            Style::GivenFamily(between) => format!("{given}{between}{}", self.word(&FAMILY)),
            Style::InitialFamily => {
                format!("{}{}", &given[..1], self.word(&FAMILY))
            }
        }
    }

    fn group(&mut self, scarce: bool) -> String {
        let group = self.word(&GROUP);
        match self.places || scarce {
            true => format!("{group}-{}", self.word(&PLACE)),
            false => group.to_owned(),
        }
    }

    fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.lots.one_of(words).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> Vec<(Listed, String)> {
        drawn_from(seed, &Directory::default(), 120)
    }

    fn drawn_from(seed: u64, directory: &Directory, count: usize) -> Vec<(Listed, String)> {
        let mut lots = Lots::of(seed, "walk");
        let avoided = ["paulina", "billing"].map(str::to_owned).into_iter();
        let mut names = Names::drawn_by(&mut lots, avoided, directory);
        let all = Listed::ALL.into_iter().cycle().take(count);
        all.map(|listed| (listed, names.next(listed))).collect()
    }

    #[test]
    fn names_are_of_the_targets_directory_each_once() {
        let directory: Directory = serde_json::from_value(serde_json::json!({
            "agents": { "primary": "1000-1009", "backup": "2000-2999" },
            "groups": { "primary": ["paulina", "8001", "8002", "8003", "8004", "8005", "8006", "8007", "8008",
                                    "8009"],
                        "backup": "9000-9999" },
            "callers": "+493010-+493099",
        }))
        .unwrap();
        for seed in 0..50 {
            let names = drawn_from(seed, &directory, 60);
            let all: BTreeSet<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
            assert_eq!(all.len(), names.len());
            for (listed, name) in &names {
                let entries = directory.entries(*listed);
                assert!(
                    entries.is_none_or(|entries| entries.has(name)),
                    "{listed} {name}"
                );
            }
        }
        assert_ne!(drawn_from(1, &directory, 6), drawn_from(2, &directory, 6));
    }

    #[test]
    fn no_name_is_drawn_twice_nor_one_that_is_to_be_avoided() {
        for seed in 0..50 {
            let names = drawn(seed);
            let all: BTreeSet<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
            assert_eq!(all.len(), names.len());
            let words = all.iter().flat_map(|name| name.split(['.', '-']));
            assert!(
                !words
                    .into_iter()
                    .any(|word| word == "paulina" || word == "billing")
            );
        }
    }

    /// A number is no word that would be looked for in messages.
    #[test]
    fn agents_and_groups_have_no_numbers() {
        for (listed, name) in (0..50).flat_map(drawn) {
            let is_outside = matches!(listed, Listed::Callers | Listed::Callees);
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            assert!(is_outside || !is_number, "{name}");
        }
    }

    /// Else whoever looks for one would find the other.
    #[test]
    fn no_name_is_a_word_of_another() {
        for seed in 0..50 {
            let names = drawn(seed);
            let whole: BTreeSet<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
            for (_, name) in &names {
                let mut words = name.split(['.', '-']).filter(|word| word != name);
                assert_eq!(words.find(|word| whole.contains(word)), None, "{name}");
            }
        }
    }
}
