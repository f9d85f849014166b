drop table address_conflicts;
drop table reserved_usernames;
drop table users;
drop function refuse_reserved_username();
drop function count_deleted_users();
drop function count_updated_users();
drop function count_inserted_users();
drop function apply_user_totals(uuid, bigint, bigint, bigint);
