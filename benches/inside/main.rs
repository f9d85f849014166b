//! What happens inside, without a network or a database: `cargo bench --bench inside`.
#![expect(clippy::unwrap_used, reason = "a measurement stops at a fault")]

mod page;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use user_accounts::imports::csv_in;
use user_accounts::users::{Key, PlaceSeal, Profile, Username, check_fields};

fn usernames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("username");
    for (name, typed) in [
        ("plain", "ann.meyer@acme.example"),
        ("to be tidied", "  Ann.Meyer@ACME.example "),
        ("international domain", "ann@b\u{fc}cher.example"),
        ("refused", "ann meyer at acme"),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| Username::parse(black_box(typed)).is_ok());
        });
    }
    group.finish();
}

fn pages(criterion: &mut Criterion) {
    use askama::Template as _;
    let page = page::of_fifty();
    let bytes = page.render().unwrap().len();
    let mut group = criterion.benchmark_group("list of 50 rows");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("drawn", |bencher| {
        bencher.iter(|| black_box(&page).render().unwrap());
    });
    group.finish();
}

fn lists(criterion: &mut Criterion) {
    let lines = 10_000;
    let mut text = String::from("Username,First name,Last name,Title,Department,Phone\r\n");
    for number in 0..lines {
        text.push_str(&format!(
            "new{number}@acme.example,Nora,Newcomer,Engineer,\"Research, Tools\",+1 555 0100\r\n"
        ));
    }
    let mut group = criterion.benchmark_group("list that comes in");
    group.throughput(Throughput::Elements(lines));
    group.sample_size(20);
    group.bench_function("read", |bencher| {
        bencher.iter(|| csv_in::read(black_box(text.as_bytes())).unwrap());
    });
    let sheet = csv_in::read(text.as_bytes()).unwrap();
    let domains = ["acme.example".to_string()];
    group.bench_function("each line's verdict, the database aside", |bencher| {
        bencher.iter(|| {
            sheet
                .lines
                .iter()
                .filter(|line| {
                    let profile = Profile {
                        first_name: line.first_name.clone(),
                        last_name: line.last_name.clone(),
                        title: line.title.clone(),
                        department: line.department.clone(),
                        phone: line.phone.clone(),
                    };
                    check_fields(&line.username, &profile, &domains, None).is_ok()
                })
                .count()
        });
    });
    group.finish();
}

fn places(criterion: &mut Criterion) {
    let seal = PlaceSeal::new([7; 32]);
    let key = Key::Username("ann.meyer@acme.example".to_string());
    let account = uuid::Uuid::from_u128(1);
    let sealed = seal.seal(account, &key);
    let mut group = criterion.benchmark_group("place in the list");
    group.bench_function("sealed", |bencher| {
        bencher.iter(|| seal.seal(account, black_box(&key)));
    });
    group.bench_function("opened", |bencher| {
        bencher.iter_batched(
            || sealed.clone(),
            |text| seal.open(account, &text).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, usernames, pages, lists, places);
criterion_main!(benches);
