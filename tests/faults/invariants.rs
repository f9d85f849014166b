//! What must be so at every moment, whatever was killed or cut off before.

use crate::site::Site;
use crate::support::{WRONG_OPEN_PASSWORD_MAILS, WRONG_TALLIES};

/// What rows that contradict it would mean, and which those are: none.
const INVARIANTS: [(&str, &str); 14] = [
    ("a chip that counts wrongly", WRONG_TALLIES),
    ("somebody whom a search finds as they were, or not at all",
     "users full join user_search as entry using (account_id, id)
      where (users.active, users.search_text, users.username, users.name_key)
            is distinct from (entry.active, entry.search_text, entry.username, entry.name_key)"),
    ("a mailed password still to be used that a chip does not find, or one that is none",
     WRONG_OPEN_PASSWORD_MAILS),
    ("a count of seats in use that is wrong",
     "accounts where active_users <> (select count(*) from users where users.account_id = accounts.id and active)"),
    ("more users than seats", "accounts where active_users > seats"),
    ("an account that nobody looks after", "accounts where active_administrators < 1"),
    ("somebody who is out and signed in",
     "users where not active and exists (select from sessions where (sessions.account_id, sessions.user_id) = (users.account_id, users.id))"),
    ("an address twice", "(select from users group by lower(username) having count(*) > 1) as twice"),
    ("somebody without the event of their coming",
     "users where (select count(*) from events
      where events.account_id = users.account_id and events.user_id = users.id and kind = 'user_added') <> 1"),
    ("somebody whom an administrator added, without their first mail or with two",
     "users where exists (
              select from events
              where events.account_id = users.account_id and events.user_id = users.id and kind = 'user_added' and actor = 'user')
          and (select count(*) from mails
               where mails.account_id = users.account_id and mails.user_id = users.id and kind = 'welcome') <> 1"),
    ("a title that no event tells of",
     "users where title <> '' and not exists (
          select from events where events.account_id = users.account_id and events.user_id = users.id and kind = 'user_edited'
              and details -> 'changes' @> jsonb_build_array(jsonb_build_object('field', 'Title', 'after', title)))"),
    ("an edit in history that is not so",
     "(select distinct on (user_id) user_id, change ->> 'after' as title
       from events, jsonb_array_elements(details -> 'changes') as change
       where kind = 'user_edited' and change ->> 'field' = 'Title'
       order by user_id, events.id desc) as last
      join users on users.id = last.user_id where users.title <> last.title"),
    ("a reset whose line of history does not name as many people as have its mail",
     "(select password_reset_id::text as reset, count(distinct user_id) as people, min(user_id::text) as one
       from mails where kind = 'password_reset' group by password_reset_id) as mailed
      full join (select details ->> 'password_reset' as reset, (details ->> 'people')::bigint as people, user_id::text as one,
                     password_reset_id::text as several
                 from events where kind = 'password_reset') as told using (reset)
      where mailed.people is distinct from told.people
          or told.one is distinct from (case when mailed.people = 1 then mailed.one end)
          or told.several is distinct from (case when mailed.people > 1 then reset end)"),
    ("a line of a list that was added and is not there",
     "import_lines left join users on users.id = import_lines.user_id
      where outcome = 'added' and users.username is distinct from import_lines.username"),
];

/// Fails where something is not so.
pub fn hold(site: &Site, after: &str) {
    for (meaning, rows) in INVARIANTS {
        assert_eq!(site.count(rows), 0, "{after}: {meaning}");
    }
}
