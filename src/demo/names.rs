//! What people are called and do, as often as in life: a few names for many, many names for few.

/// Names that go together, the more frequent first.
pub(super) struct Culture {
    /// How many of a hundred people have names of it.
    pub weight: u32,
    pub first_names: &'static [&'static str],
    pub last_names: &'static [&'static str],
}

#[rustfmt::skip]
pub(super) const CULTURES: &[Culture] = &[
    Culture {
        weight: 40,
        first_names: &[
            "James", "Mary", "Michael", "Jennifer", "David", "Sarah", "John", "Emily", "Robert",
            "Laura", "Daniel", "Emma", "Thomas", "Rachel", "Andrew", "Hannah", "Peter", "Alice",
            "Samuel", "Grace", "Oliver", "Charlotte", "Henry", "Lucy", "George", "Nathan",
            "Eleanor", "Theodore", "Imogen", "Barnaby", "Winifred", "Thaddeus",
        ],
        last_names: &[
            "Smith", "Johnson", "Brown", "Williams", "Jones", "Miller", "Davis", "Taylor",
            "Wilson", "Clark", "Walker", "Wright", "Green", "Baker", "Adams", "Turner", "Parker",
            "Evans", "Collins", "Foster", "Reed", "Hughes", "Shaw", "Stone", "Chapman", "Barrett",
            "Hawkins", "Goodwin", "Featherstone", "Mac Neill", "St. John", "Abernathy",
        ],
    },
    Culture {
        weight: 10,
        first_names: &[
            "Thomas", "Anna", "Michael", "Julia", "Stefan", "Katharina", "Jürgen", "Sabine",
            "Lukas", "Ursula", "Björn", "Käthe", "Matthias", "Greta",
        ],
        last_names: &[
            "Müller", "Schmidt", "Meyer", "Weber", "Fischer", "Wagner", "Keller", "Schäfer",
            "Vogel", "Krüger", "Zimmermann", "Großmann", "von Arnim", "Österreicher",
        ],
    },
    Culture {
        weight: 10,
        first_names: &[
            "María", "José", "Carmen", "Luis", "Sofía", "Mateo", "Lucía", "Javier", "Inés",
            "Santiago", "Beatriz", "Álvaro", "Ximena", "Íñigo",
        ],
        last_names: &[
            "García", "Rodríguez", "López", "Martínez", "Pérez", "Sánchez", "Ramírez", "Torres",
            "Núñez", "Ortega", "Ibáñez", "Villanueva", "de la Cruz", "Echeverría",
        ],
    },
    Culture {
        weight: 8,
        first_names: &[
            "Priya", "Rahul", "Ananya", "Arjun", "Neha", "Vikram", "Lakshmi", "Sanjay", "Meera",
            "Rohan", "Kavita", "Aditya",
        ],
        last_names: &[
            "Patel", "Sharma", "Singh", "Kumar", "Gupta", "Reddy", "Iyer", "Nair", "Banerjee",
            "Chowdhury", "Venkataraman", "Deshpande",
        ],
    },
    Culture {
        weight: 7,
        first_names: &[
            "Wei", "Li", "Mei", "Jun", "Xiaoming", "Yan", "Ling", "Hao", "Jing", "Minh", "Lan",
            "Thị Hoa",
        ],
        last_names: &[
            "Wang", "Chen", "Zhang", "Liu", "Nguyễn", "Huang", "Lin", "Trần", "Zhao", "Phạm",
            "Ouyang", "Lê",
        ],
    },
    Culture {
        weight: 6,
        first_names: &[
            "Camille", "Pierre", "Noémie", "Hugo", "Chloé", "Étienne", "Amélie", "François",
            "Renée", "Théo", "Gaëlle", "Jean-Luc",
        ],
        last_names: &[
            "Martin", "Bernard", "Dubois", "Moreau", "Lefèvre", "Lambert", "Petit", "Rousseau",
            "Gauthier", "Besançon", "d’Aubigné", "Château",
        ],
    },
    Culture {
        weight: 5,
        first_names: &[
            "Mohammed", "Fatima", "Ahmed", "Aisha", "Omar", "Leila", "Yusuf", "Zainab", "Karim",
            "Amina",
        ],
        last_names: &[
            "Khan", "Hassan", "Ali", "Haddad", "Rahman", "Al-Masri", "Mansour", "Farouk",
            "El-Sayed", "Abd al-Rahim",
        ],
    },
    Culture {
        weight: 4,
        first_names: &[
            "Yuki", "Haruto", "Sakura", "Kenji", "Aiko", "Takeshi", "Ji-woo", "Min-jun", "Hana",
            "Seo-yeon",
        ],
        last_names: &[
            "Sato", "Kim", "Tanaka", "Suzuki", "Lee", "Park", "Watanabe", "Yamamoto", "Choi",
            "Kobayashi",
        ],
    },
    Culture {
        weight: 4,
        first_names: &[
            "Anna", "Jan", "Agnieszka", "Piotr", "Zuzanna", "Tomáš", "Ivana", "Łukasz", "Dmitri",
            "Kateřina", "Željko",
        ],
        last_names: &[
            "Nowak", "Novák", "Kowalski", "Horvat", "Ivanov", "Wiśniewska", "Dvořák", "Szabó",
            "Łuczak", "Petrović", "Brzęczyszczykiewicz",
        ],
    },
    Culture {
        weight: 3,
        first_names: &["Lars", "Ingrid", "Erik", "Astrid", "Søren", "Åse", "Mikko", "Sanna"],
        last_names: &[
            "Hansen", "Johansson", "Larsen", "Nielsen", "Virtanen", "Sørensen", "Åberg",
            "Bjørnstad",
        ],
    },
    Culture {
        weight: 3,
        first_names: &["Ngozi", "Kofi", "Amara", "Chidi", "Thandiwe", "Kwame", "Zola", "Abebe"],
        last_names: &[
            "Okafor", "Mensah", "Adeyemi", "Mbeki", "Diallo", "Nkosi", "Okonkwo", "Tesfaye",
        ],
    },
];

/// The two halves of rare last names: 900 names, of which each is borne by hardly anybody.
#[rustfmt::skip]
pub(super) const RARE_STARTS: [&str; 30] = [
    "Ash", "Birk", "Black", "Brad", "Carl", "Cald", "Crom", "Dun", "Elder", "Fair", "Fen", "Gold",
    "Hart", "Hazel", "Holm", "Kettle", "Lang", "Mar", "Nether", "Oak", "Pem", "Quarring", "Ravens",
    "Rother", "Silver", "Thorn", "Under", "Wal", "Whit", "Yar",
];
#[rustfmt::skip]
pub(super) const RARE_ENDS: [&str; 30] = [
    "acre", "bank", "berry", "borne", "brook", "burn", "by", "cliffe", "combe", "cote", "croft",
    "dale", "den", "field", "ford", "gate", "grove", "ham", "hurst", "lake", "ley", "mere", "moor",
    "ridge", "shaw", "stead", "thwaite", "well", "wick", "worth",
];

/// Departments, the larger first, with the titles in them, the more frequent first.
#[rustfmt::skip]
pub(super) const DEPARTMENTS: &[(&str, &[&str])] = &[
    ("Production", &["Machine Operator", "Technician", "Shift Leader", "Production Planner", "Plant Manager"]),
    ("Sales", &["Account Executive", "Sales Assistant", "Sales Engineer", "Regional Sales Manager"]),
    ("Engineering", &["Engineer", "Senior Engineer", "Test Engineer", "Principal Engineer"]),
    ("Customer Service", &["Service Representative", "Service Technician", "Dispatcher", "Service Manager"]),
    ("Logistics", &["Warehouse Clerk", "Forwarding Agent", "Logistics Planner", "Warehouse Manager"]),
    ("Finance", &["Accountant", "Payroll Clerk", "Controller", "Tax Specialist"]),
    ("Information Technology", &["Help Desk Analyst", "Systems Administrator", "Software Developer", "Data Engineer"]),
    ("Quality", &["Quality Inspector", "Quality Engineer", "Calibration Specialist"]),
    ("Purchasing", &["Buyer", "Strategic Buyer", "Head of Purchasing"]),
    ("Marketing", &["Campaign Manager", "Copywriter", "Market Analyst"]),
    ("Human Resources", &["Recruiter", "HR Business Partner", "HR Manager"]),
    ("Research and Development", &["Research Scientist", "Physicist", "Optics Specialist"]),
    ("Facilities", &["Facilities Coordinator", "Electrician"]),
    ("Legal", &["Paralegal", "Legal Counsel"]),
    ("Executive Office", &["Executive Assistant", "Chief of Staff"]),
];

/// What companies are called: two of these make a name.
#[rustfmt::skip]
pub(super) const COMPANY_STARTS: [&str; 16] = [
    "Alder", "Beacon", "Cobalt", "Delta", "Evergreen", "Falcon", "Granite", "Harbor", "Ironwood",
    "Juniper", "Keystone", "Lakeside", "Meridian", "Northwind", "Pinnacle", "Summit",
];
#[rustfmt::skip]
pub(super) const COMPANY_ENDS: [&str; 12] = [
    "Analytics", "Biotech", "Components", "Dynamics", "Energy", "Foods", "Instruments",
    "Logistics", "Materials", "Robotics", "Systems", "Textiles",
];
