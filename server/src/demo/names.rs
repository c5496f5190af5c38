//! Made-up businesses: twelve first words and five trades make sixty customers that nobody will mistake for real ones.

/// First words of the customers' names.
pub const FIRST: [&str; 12] = [
    "Willow",
    "Copper",
    "Juniper",
    "Lantern",
    "Meadow",
    "Quarry",
    "Saffron",
    "Tidewater",
    "Umber",
    "Velvet",
    "Windmill",
    "Yarrow",
];
/// What they do.
pub const TRADE: [&str; 5] = ["Bakery", "Books", "Clinic", "Inn", "Studio"];

/// The n-th customer's name.
pub fn name(n: usize) -> String {
    format!("{} {}", FIRST[n % FIRST.len()], TRADE[(n / FIRST.len()) % TRADE.len()])
}

/// Where their bills go.
pub fn email(n: usize) -> String {
    format!("accounts@{}.example", name(n).to_lowercase().replace(' ', "-"))
}

/// What the joinery makes: name and price in cents.
pub const WORKS: [(&str, i64); 14] = [
    ("Oak dining table, 220 cm", 148_000),
    ("Bookcase, five shelves", 62_000),
    ("Reception desk", 215_000),
    ("Stool, turned legs", 14_500),
    ("Bench with storage", 48_000),
    ("Window seat, cushioned", 53_500),
    ("Counter top, beech", 38_900),
    ("Sliding door", 91_000),
    ("Display case", 77_500),
    ("Coat rack", 11_800),
    ("Bed frame, ash", 86_400),
    ("Shelf brackets, set of six", 7_200),
    ("Workshop hours", 8_500),
    ("Picture rail, per room", 16_300),
];
