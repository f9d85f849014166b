-- The mails stay: somebody may still be waiting for theirs.
update mails set password_reset_id = null where password_reset_id is not null;
set constraints all immediate;
alter table mails drop constraint mails_account_id_password_reset_id_fkey;
drop table password_reset_omissions;
drop table password_resets;
