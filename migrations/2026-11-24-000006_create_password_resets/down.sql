alter table mails drop constraint mails_account_id_password_reset_id_fkey;
drop table password_reset_omissions;
drop table password_resets;
