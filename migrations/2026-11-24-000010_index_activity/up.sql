-- The account's history by kind, and by who did it: a page of either starts at a key in an index.
create index events_of_kind on events (account_id, kind, id desc) where import_id is null;
create index events_by_actor on events (account_id, actor_user_id, id desc) where actor_user_id is not null;
