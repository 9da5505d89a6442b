//! Names that people have where they live.

type Names = &'static [&'static str];

/// Country, first names, last names.
pub(super) const COUNTRIES: &[(&str, Names, Names)] = &[
    (
        "KR",
        &["Minseo", "Jiho", "Seoyeon", "Hayoon", "Dohyun", "Yuna"],
        &["Kim", "Lee", "Park", "Choi", "Jung", "Kang"],
    ),
    (
        "JP",
        &["Ana", "Haruto", "Yui", "Sakura", "Ren", "Aoi", "Kenji"],
        &["Ito", "Sato", "Suzuki", "Tanaka", "Watanabe", "Mori"],
    ),
    (
        "SG",
        &["Wei Ling", "Arjun", "Jia Hui", "Farid", "Mei", "Ravi"],
        &["Tan", "Lim", "Ng", "Wong", "Pillai", "Rahman"],
    ),
    (
        "DE",
        &["Jörg", "Anke", "Lena", "Felix", "Marlene", "Jonas"],
        &["Müller", "Schmidt", "Weber", "Koch", "Wagner", "Becker"],
    ),
    (
        "FR",
        &["Zoé", "Hugo", "Camille", "Louis", "Inès", "Théo"],
        &["Martin", "Bernard", "Petit", "Moreau", "Lefèvre", "Roux"],
    ),
    (
        "BR",
        &["João", "Beatriz", "Rafael", "Luana", "Caio", "Marina"],
        &["Silva", "Souza", "Oliveira", "Costa", "Ramos", "Araújo"],
    ),
    (
        "US",
        &["Grace", "Marcus", "Olivia", "Tyler", "Naomi", "Diego"],
        &["Johnson", "Rivera", "Carter", "Nguyen", "Brooks", "Reed"],
    ),
    (
        "NG",
        &["Adaeze", "Tunde", "Ngozi", "Emeka", "Amara", "Yusuf"],
        &["Okafor", "Adeyemi", "Bello", "Eze", "Balogun", "Nwosu"],
    ),
    (
        "IN",
        &["Priya", "Rohan", "Ananya", "Vikram", "Meera", "Kabir"],
        &["Sharma", "Iyer", "Patel", "Reddy", "Menon", "Das"],
    ),
];
