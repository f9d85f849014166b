//! How many people each generated account has: one very large, a few large, many small.

/// A tenth of everybody is in the largest account, or more where there are few accounts.
const LARGEST_SHARE: u64 = 10;
/// The sizes fall off as the place to this power, counted from [`FIRST_PLACE`]: of 1,000 accounts
/// with 1,000,000 people the largest but one has about 43,000, the smallest about 50.
const FALL: f64 = 1.5;
const FIRST_PLACE: f64 = 10.0;

/// The people of each of `accounts` accounts, the largest first, `users` together; at least one each.
/// Empty where there are more accounts than people, or no accounts.
pub(super) fn sizes(accounts: u32, users: u64) -> Vec<u64> {
    if accounts == 0 || users < u64::from(accounts) {
        return Vec::new();
    }
    let weight = |place: u32| (FIRST_PLACE + f64::from(place)).powf(-FALL);
    let of_all: f64 = (0..accounts).map(weight).sum();
    let spare = users - u64::from(accounts);
    let by_weight = (spare as f64 * weight(0) / of_all) as u64 + 1;
    let largest = if accounts == 1 {
        users
    } else {
        by_weight
            .max(users / LARGEST_SHARE)
            .min(users - u64::from(accounts - 1))
    };
    let mut sizes = vec![largest];
    let of_others: f64 = (1..accounts).map(weight).sum();
    let spare = users - largest - u64::from(accounts - 1);
    // Sums are rounded, not shares: so nobody is left over.
    let (mut share, mut given) = (0.0, 0);
    for place in 1..accounts {
        share += weight(place) / of_others;
        let so_far = if place + 1 == accounts {
            spare
        } else {
            ((spare as f64 * share) as u64).clamp(given, spare)
        };
        sizes.push(so_far - given + 1);
        given = so_far;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::sizes;

    #[test]
    fn a_thousand_accounts_share_a_million_people_unequally() {
        let sizes = sizes(1_000, 1_000_000);
        assert_eq!(sizes.len(), 1_000);
        assert_eq!(sizes.iter().sum::<u64>(), 1_000_000);
        assert_eq!(sizes[0], 100_000);
        assert!((30_000..60_000).contains(&sizes[1]), "{}", sizes[1]);
        assert!((20..100).contains(&sizes[999]), "{}", sizes[999]);
    }

    #[test]
    fn nobody_is_left_over_and_no_account_is_empty() {
        for (accounts, users) in [
            (1, 1),
            (1, 500),
            (2, 2),
            (3, 2_000),
            (7, 7),
            (50, 51),
            (20, 999),
        ] {
            let sizes = sizes(accounts, users);
            assert_eq!(sizes.iter().sum::<u64>(), users, "{accounts} {users}");
            assert_eq!(sizes.len(), accounts as usize);
            assert!(
                sizes.iter().all(|size| (1..=sizes[0]).contains(size)),
                "{sizes:?}"
            );
        }
        assert!(sizes(3, 2).is_empty());
        assert!(sizes(0, 2).is_empty());
    }
}
